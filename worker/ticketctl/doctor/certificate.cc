// doctor: the certificate of nginx's site, if it has one.
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>

#include "ticketctl/doctor/doctor.h"

namespace ticketd::ctl {
namespace {

constexpr int kWarningDays = 14;  // certbot renews thirty days before

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* it) const {
    static_cast<void>(Free(it));
  }
};
using File = std::unique_ptr<std::FILE, Freed<&std::fclose>>;
using Certificate = std::unique_ptr<X509, Freed<&X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>>;

// What `ticketctl setup` makes, or an operator.
struct Site {
  std::string certificate, key;
  std::vector<std::string> names;
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

Site read_site(const std::string& path) {
  static const std::regex kDirective(R"(^\s*(server_name|ssl_certificate|ssl_certificate_key)\s+([^;#]+);.*)");
  Site site;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::smatch found;
    if (!std::regex_match(line, found, kDirective)) continue;
    if (found[1] == "ssl_certificate" && site.certificate.empty()) site.certificate = found[2];
    if (found[1] == "ssl_certificate_key" && site.key.empty()) site.key = found[2];
    if (found[1] == "server_name" && site.names.empty()) site.names = words_of(found[2]);
  }
  return site;
}

Certificate read_certificate(const std::string& path) {
  const File file(std::fopen(path.c_str(), "re"));
  return Certificate(file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr);
}

Key read_key(const std::string& path) {
  const File file(std::fopen(path.c_str(), "re"));
  const auto no_password = [](char*, int, int, void*) { return 0; };
  return Key(file ? PEM_read_PrivateKey(file.get(), nullptr, no_password, nullptr) : nullptr);
}

// `_` and the like are no names of a host.
bool is_for(const Certificate& certificate, const std::string& name) {
  if (name.find('.') == std::string::npos || name.front() == '~') return true;
  const auto host = name.starts_with("*.") ? "any" + name.substr(1) : name;
  return X509_check_host(certificate.get(), host.c_str(), host.size(), 0, nullptr) == 1;
}

// Whole days from now; negative once it has ended. Empty if the time cannot be read.
std::optional<int> days_left(const Certificate& certificate) {
  int days = 0, seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get())) != 1) return std::nullopt;
  return seconds < 0 ? days - 1 : days;
}

}  // namespace

void check_certificate(const Visit& visit) {
  auto& findings = visit.findings;
  const auto site = read_site(visit.path("/etc/nginx/sites-available/ticketd"));
  if (site.certificate.empty()) return;
  const auto certificate = read_certificate(visit.path(site.certificate));
  if (!certificate)
    return findings.unknown("certificate", site.certificate + " is closed to this user, or no certificate in PEM");
  const auto* renew =
      "renew it, then `systemctl reload nginx`; certbot's: `certbot renew`, `systemctl status certbot.timer`";
  bool good = true;
  const auto fault = [&](const std::string& found, const char* remedy) {
    good = false;
    findings.fault("certificate", site.certificate + ' ' + found, remedy);
  };
  const auto days = days_left(certificate);
  if (!days || *days < 0) {
    fault("has ended", renew);
  } else if (*days < kWarningDays) {
    good = false;
    findings.warning("certificate", site.certificate + " ends in " + std::to_string(*days) + " days", renew);
  }
  for (const auto& name : site.names) {
    if (!is_for(certificate, name)) fault("is not for " + name, "one for each server_name of the site");
  }
  const auto key = read_key(visit.path(site.key));
  if (key && X509_check_private_key(certificate.get(), key.get()) != 1)
    fault("and " + site.key + " do not belong together", "name the two that do in the site");
  if (good) findings.ok("certificate", site.certificate + " ends in " + std::to_string(*days) + " days");
}

}  // namespace ticketd::ctl
