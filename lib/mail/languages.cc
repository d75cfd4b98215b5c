#include "mail/languages.h"

#include <stdexcept>

#include "base/log.h"
#include "base/text.h"

namespace ticketd::mail {
namespace {

std::vector<std::string> languages_in(const std::filesystem::path& directory) {
  std::vector<std::string> languages;
  if (!std::filesystem::is_directory(directory)) return languages;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const auto name = entry.path().filename().string();
    if (is_language(name) && entry.is_directory()) languages.push_back(name);
  }
  return languages;
}

}  // namespace

Languages::Languages(const std::filesystem::path& shipped, const std::filesystem::path& ours,
                     std::string default_language)
    : default_(std::move(default_language)) {
  const auto read = [&](const std::string& language, const std::filesystem::path& base) {
    if (languages_.contains(language)) return;
    try {
      languages_.emplace(language, Templates(base / language, ours / language));
    } catch (const std::exception& e) {
      if (language == default_) throw;
      Log::error("language_left_out", {{"language", language}, {"error", e.what()}});
    }
  };
  for (const auto& language : languages_in(shipped)) read(language, shipped);
  for (const auto& language : languages_in(ours)) read(language, ours);
  if (!languages_.contains(default_))
    throw std::runtime_error("TICKETD_MAIL_LANGUAGE is \"" + default_ + "\", but there is neither " +
                             (shipped / default_).string() + " nor " + (ours / default_).string());
}

const Templates& Languages::of(std::string_view language, std::string_view kind) const {
  const auto chosen = languages_.find(language);
  return chosen != languages_.end() && chosen->second.has(kind) ? chosen->second : languages_.find(default_)->second;
}

std::vector<std::string> Languages::kinds() const { return languages_.find(default_)->second.kinds(); }

}  // namespace ticketd::mail
