#include "tmctl/net/certificate.h"

#include <absl/strings/str_join.h>
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <vector>

namespace turbo::ctl {
namespace {

constexpr size_t kMostNames = 5;

std::string TextOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

std::string AddressText(const ASN1_OCTET_STRING* ip) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(ip) == 4 ? AF_INET : AF_INET6;
  inet_ntop(family, ASN1_STRING_get0_data(ip), text.data(), text.size());
  return text.data();
}

std::string CommonName(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return "an unnamed CA";
  return TextOf(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

// Of a certificate that is out of its time.
Failure Untimely(const std::string& whose, const X509& certificate,
                 bool expired) {
  const Time begin = ToTime(X509_get0_notBefore(&certificate));
  const Time end = ToTime(X509_get0_notAfter(&certificate));
  if (!expired) {
    return {"unavailable", whose + " is not valid before " + FormatTime(begin),
            "is this machine's clock right?"};
  }
  return {"unavailable",
          end <= Now() ? whose + " expired on " + FormatTime(end)
                       : whose + " is signed by a CA whose own has expired",
          "the server's administrator must renew it, if this machine's clock "
          "is right"};
}

}  // namespace

Openssl<BIO> BioOf(const std::string& text) {
  return Openssl<BIO>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Openssl<X509> NextCertificate(BIO* pem) {
  return Openssl<X509>(PEM_read_bio_X509(pem, nullptr, nullptr, nullptr));
}

Time ToTime(const ASN1_TIME* time) {
  tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return Time(Milliseconds(int64_t{timegm(&parts)} * 1000));
}

std::string NamesIn(const X509& certificate) {
  std::vector<std::string> names;
  auto* list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
    if (name->type == GEN_DNS) names.push_back(TextOf(name->d.dNSName));
    if (name->type == GEN_IPADD) {
      names.push_back(AddressText(name->d.iPAddress));
    }
  }
  GENERAL_NAMES_free(list);
  if (names.size() > kMostNames) {
    names.resize(kMostNames);
    names.emplace_back("...");
  }
  return names.empty() ? "nobody in particular" : absl::StrJoin(names, ", ");
}

std::string IssuerOf(const X509& certificate) {
  return CommonName(X509_get_issuer_name(&certificate));
}

std::optional<Failure> Distrust(const Address& server, const X509& certificate,
                                long verdict) {
  const std::string whose = "the certificate of " + server.Text();
  switch (verdict) {
    case X509_V_OK:
      return std::nullopt;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Untimely(whose, certificate, true);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Untimely(whose, certificate, false);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Failure("bad_config",
                     whose + " is for " + NamesIn(certificate) + ", not for " +
                         server.host,
                     "use one of these names, or have the server's "
                     "administrator add this one");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return Failure("bad_config",
                     whose + " is signed by \"" + IssuerOf(certificate) +
                         "\", which is not trusted here",
                     "get the CA's certificate from the server's administrator "
                     "and name it with --tls-ca");
    default:
      return Failure("bad_config", whose + " is not trusted: " +
                                       X509_verify_cert_error_string(verdict));
  }
}

}  // namespace turbo::ctl
