// ticketctl doctor, and what is wrong with the certificate of nginx's site.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "doctor_rig.h"

namespace ticketd::tests {
namespace {

constexpr const char* kName = "tickets.example.org";
constexpr long kDay = 86'400;

std::string text_of(const std::function<void(BIO*)>& write) {
  BIO* memory = BIO_new(BIO_s_mem());
  write(memory);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory, &text);
  std::string copy(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return copy;
}

// A key, and a certificate of it that signs itself.
struct Pair {
  std::string certificate, key;
  explicit Pair(long seconds_left, const std::string& name = kName) {
    EVP_PKEY* pair = EVP_EC_gen("P-256");
    X509* made = X509_new();
    X509_set_version(made, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(made), -2 * kDay);
    X509_gmtime_adj(X509_getm_notAfter(made), seconds_left);
    X509_set_pubkey(made, pair);
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str());
    X509_add_ext(made, names, -1);
    X509_sign(made, pair, EVP_sha256());
    certificate = text_of([&](BIO* out) { PEM_write_bio_X509(out, made); });
    key = text_of([&](BIO* out) { PEM_write_bio_PrivateKey(out, pair, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_EXTENSION_free(names);
    X509_free(made);
    EVP_PKEY_free(pair);
  }
};

// What the doctor says about a site with these.
Ended doctor_of(const std::string& certificate, const std::string& key) {
  const Tree tree;
  tree.write("etc/nginx/sites-available/ticketd",
             "server {\n    server_name tickets.example.org;\n    ssl_certificate     /etc/ssl/t.pem;  # ours\n"
             "    ssl_certificate_key /etc/ssl/t.key;\n}\n",
             0644);
  tree.write("etc/ssl/t.pem", certificate, 0644);
  tree.write("etc/ssl/t.key", key, 0600);
  return tree.doctor();
}
Ended doctor_of(const Pair& pair) { return doctor_of(pair.certificate, pair.key); }

}  // namespace

TEST_GROUP_BASE(DoctorCertificate, DoctorTest){};

TEST(DoctorCertificate, IsGood) { expect_ok("certificate", doctor_of(Pair(15 * kDay))); }

TEST(DoctorCertificate, OfAWildcardIsGoodForItsHosts) {
  expect_ok("certificate", doctor_of(Pair(15 * kDay, "*.example.org")));
}

TEST(DoctorCertificate, EndsSoon) {
  expect_warning("certificate", "ends in 13 days", "systemctl reload nginx", doctor_of(Pair(14 * kDay - 60)));
}

TEST(DoctorCertificate, HasEnded) { expect_fault("certificate", "has ended", "certbot renew", doctor_of(Pair(-60))); }

TEST(DoctorCertificate, IsForAnotherName) {
  expect_fault("certificate", "is not for tickets.example.org", "server_name",
               doctor_of(Pair(15 * kDay, "other.example.org")));
}

TEST(DoctorCertificate, HasAnotherKey) {
  expect_fault("certificate", "do not belong together", "in the site",
               doctor_of(Pair(15 * kDay).certificate, Pair(15 * kDay).key));
}

TEST(DoctorCertificate, CannotBeRead) { expect_unknown("certificate", doctor_of("no PEM", "")); }

TEST(DoctorCertificate, IsNotMissedWhereThereIsNone) {
  const Tree tree;
  tree.write("etc/nginx/sites-available/ticketd", "server { listen 8080; #ssl_certificate /x;\n}\n", 0644);
  expect_lacks("certificate", tree.doctor().said);
}

}  // namespace ticketd::tests
