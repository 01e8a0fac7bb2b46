// Certificates for tests, made on the spot.
#ifndef TESTS_CERTIFICATES_H_
#define TESTS_CERTIFICATES_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace turbo {

struct WantedCertificate {
  std::string name = "localhost";
  std::string alternatives = "DNS:localhost,IP:127.0.0.1";
  long begin = -3600;  // seconds from now
  long end = 3600;
};

// A certificate that signs itself, and its key, as PEM.
struct MadeCertificate {
  explicit MadeCertificate(const WantedCertificate& wanted = {}) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(
        EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(),
                                                           X509_free);
    X509_set_version(made.get(), X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), wanted.begin);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), wanted.end);
    X509_set_pubkey(made.get(), pair.get());
    X509_NAME* name = X509_get_subject_name(made.get());
    const auto* text =
        reinterpret_cast<const unsigned char*>(wanted.name.data());
    X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING, text,
                               static_cast<int>(wanted.name.size()), -1, 0);
    X509_set_issuer_name(made.get(), name);
    if (!wanted.alternatives.empty()) {
      X509_EXTENSION* extension = X509V3_EXT_conf_nid(
          nullptr, nullptr, NID_subject_alt_name, wanted.alternatives.c_str());
      X509_add_ext(made.get(), extension, -1);
      X509_EXTENSION_free(extension);
    }
    if (X509_sign(made.get(), pair.get(), EVP_sha256()) == 0) {
      throw std::runtime_error("X509_sign");
    }
    cert = Pem([&](BIO* bio) { PEM_write_bio_X509(bio, made.get()); });
    key = Pem([&](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, pair.get(), nullptr, nullptr, 0, nullptr,
                               nullptr);
    });
  }

  std::string cert;
  std::string key;

 private:
  template <class Write>
  static std::string Pem(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()),
                                                        BIO_free);
    write(bio.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<size_t>(size)};
  }
};

}  // namespace turbo

#endif  // TESTS_CERTIFICATES_H_
