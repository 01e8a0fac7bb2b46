#include <string>

#include "tests/certificates.h"
#include "tests/tmctl/ctl_testing.h"
#include "tmctl/net/certificate.h"

namespace turbo::ctl {
namespace {

Openssl<X509> Parsed(const std::string& pem) {
  return NextCertificate(BioOf(pem).get());
}

Openssl<X509> Made(const WantedCertificate& wanted = {}) {
  return Parsed(MadeCertificate(wanted).cert);
}

const Address kServer = Address::Parse("tls://mail.example.org:1").value();

Failure Distrusted(const X509& certificate, long verdict) {
  return Distrust(kServer, certificate, verdict).value();
}

bool Says(const Failure& failure, const std::string& text) {
  return failure.message.find(text) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(certificate)

BOOST_AUTO_TEST_CASE(certificates_are_read_one_after_the_other) {
  const std::string text =
      MadeCertificate({.name = "a"}).cert + MadeCertificate({.name = "b"}).cert;
  const auto bio = BioOf(text);
  BOOST_TEST(IssuerOf(*NextCertificate(bio.get())) == "a");
  BOOST_TEST(IssuerOf(*NextCertificate(bio.get())) == "b");
  BOOST_TEST(!NextCertificate(bio.get()));
  BOOST_TEST(!Parsed("no certificate"));
}

BOOST_AUTO_TEST_CASE(names_are_listed_up_to_a_point) {
  BOOST_TEST(NamesIn(*Made()) == "localhost, 127.0.0.1");
  BOOST_TEST(NamesIn(*Made({.alternatives = "IP:2001:db8::1"})) ==
             "2001:db8::1");
  BOOST_TEST(NamesIn(*Made({.alternatives = ""})) == "nobody in particular");
  BOOST_TEST(NamesIn(*Made({.alternatives = "DNS:a,DNS:b,DNS:c,DNS:d,DNS:e,"
                                            "DNS:f"})) == "a, b, c, d, e, ...");
}

BOOST_AUTO_TEST_CASE(what_is_trusted_is_no_failure) {
  BOOST_TEST(!Distrust(kServer, *Made(), X509_V_OK).has_value());
}

BOOST_AUTO_TEST_CASE(what_time_heals_may_be_tried_again) {
  const auto old = Made({.begin = -7200, .end = -3600});
  const Failure expired = Distrusted(*old, X509_V_ERR_CERT_HAS_EXPIRED);
  BOOST_TEST(expired.code == "unavailable");
  BOOST_TEST(Says(expired, "expired on 20"));
  // The certificate itself is good; so it's another one in its chain.
  BOOST_TEST(Says(Distrusted(*Made(), X509_V_ERR_CERT_HAS_EXPIRED),
                  "signed by a CA whose own has expired"));
  const Failure young =
      Distrusted(*Made({.begin = 60}), X509_V_ERR_CERT_NOT_YET_VALID);
  BOOST_TEST(young.code == "unavailable");
  BOOST_TEST(Says(young, "not valid before 20"));
}

BOOST_AUTO_TEST_CASE(what_somebody_must_mend_is_a_bad_configuration) {
  const auto certificate = Made();
  for (const long verdict :
       {X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH,
        X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_INVALID_PURPOSE,
        X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        X509_V_ERR_EE_KEY_TOO_SMALL}) {
    BOOST_TEST(Distrusted(*certificate, verdict).code == "bad_config");
  }
  BOOST_TEST(Says(Distrusted(*certificate, X509_V_ERR_HOSTNAME_MISMATCH),
                  "is for localhost, 127.0.0.1, not for mail.example.org"));
  BOOST_TEST(
      Says(Distrusted(*certificate, X509_V_ERR_EE_KEY_TOO_SMALL), "key too"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
