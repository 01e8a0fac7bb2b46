#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

#include "tests/certificates.h"
#include "tests/temp_dir.h"
#include "tmserver/certificate.h"

namespace turbo::server {
namespace {

struct Fixture {
  Fixture() { Write(made.cert, made.key); }

  void Write(const std::string& cert, const std::string& key) {
    std::ofstream(files.cert) << cert;
    std::ofstream(files.key) << key;
    chmod(files.key.c_str(), 0600);
  }
  std::string Refusal() const {
    try {
      const Certificate certificate(files);
    } catch (const CertificateError& e) {
      return e.what();
    }
    BOOST_FAIL("it was taken");
    return {};
  }
  void Refuses(const std::string& text) const {
    BOOST_TEST(Refusal().find(text) != std::string::npos, Refusal());
  }

  const MadeCertificate made;
  TempDir dir;
  TlsFiles files{dir / "cert", dir / "key", ""};
};

BOOST_FIXTURE_TEST_SUITE(certificate, Fixture)

BOOST_AUTO_TEST_CASE(a_certificate_and_its_key_are_taken) {
  const Certificate certificate(files);
  BOOST_TEST(certificate.cert == made.cert);
  BOOST_TEST(certificate.key == made.key);
  BOOST_TEST(certificate.client_ca.empty());
  BOOST_TEST(!certificate.key_is_readable);
  BOOST_TEST((certificate.end - certificate.begin == std::chrono::hours(2)));
}

BOOST_AUTO_TEST_CASE(a_certificate_knows_its_time) {
  const Certificate certificate(files);
  const std::chrono::seconds second(1);
  BOOST_TEST(certificate.IsYoung(certificate.begin - second));
  BOOST_TEST(!certificate.IsYoung(certificate.begin));
  BOOST_TEST(!certificate.IsOver(certificate.end - second));
  BOOST_TEST(certificate.IsOver(certificate.end));
}

BOOST_AUTO_TEST_CASE(the_certificates_of_a_chain_follow_the_first) {
  const MadeCertificate next;
  Write(made.cert + "a comment\n" + next.cert, made.key);
  BOOST_TEST(Certificate(files).cert.size() > made.cert.size());
  Write(next.cert + made.cert, made.key);
  Refuses("does not belong");
}

BOOST_AUTO_TEST_CASE(what_is_no_pem_is_refused) {
  Write("", made.key);
  Refuses("no PEM certificate");
  Write(std::string(100'000, '-'), made.key);
  Refuses("no PEM certificate");
  Write(made.cert, std::string("\0\x30", 2));
  Refuses("no PEM private key");
  Write(made.cert + made.cert.substr(0, made.cert.size() / 2), made.key);
  Refuses("damaged");
}

BOOST_AUTO_TEST_CASE(one_file_may_hold_both) {
  files.key = files.cert;
  std::ofstream(files.cert) << made.cert << made.key;
  chmod(files.cert.c_str(), 0600);
  BOOST_TEST(!Certificate(files).key.empty());
}

BOOST_AUTO_TEST_CASE(a_key_that_others_can_write_is_refused) {
  for (const mode_t mode : {0620, 0602}) {
    chmod(files.key.c_str(), mode);
    Refuses("others can write");
  }
  chmod(files.key.c_str(), 0640);
  BOOST_TEST(!Certificate(files).key_is_readable);
  chmod(files.key.c_str(), 0644);
  BOOST_TEST(Certificate(files).key_is_readable);
}

BOOST_AUTO_TEST_CASE(the_clients_ca_must_be_one) {
  files.client_ca = files.cert;
  BOOST_TEST(Certificate(files).client_ca == made.cert);
  files.client_ca = files.key;
  Refuses("no PEM certificate");
  files.client_ca = dir / "nothing";
  Refuses("No such file");
}

BOOST_AUTO_TEST_CASE(a_time_is_told_in_utc) {
  BOOST_TEST(ToString(Certificate::Time(std::chrono::seconds(1))) ==
             "1970-01-01T00:00:01Z");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::server
