#include "mail/smtp.h"

#include <curl/curl.h>

#include <array>
#include <regex>
#include <stdexcept>
#include <string_view>

namespace ticketd::mail {
namespace {

// Greeting and signing in count as connecting; some servers let everybody wait some seconds for the greeting.
constexpr long kConnectTimeoutS = 30, kTimeoutS = 60;
// For one answer; by libcurl's own reckoning the last one, to QUIT, comes on top of all that.
constexpr long kResponseTimeoutS = 50;
// A connection that was silent for longer is not used again: servers hang up.
constexpr long kKeepS = 20;
constexpr std::size_t kMostText = 300;
constexpr std::size_t kMostLines = 200;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;
struct FreeMime {
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
using Mime = std::unique_ptr<curl_mime, FreeMime>;

template <class Pointer>
Pointer* must(Pointer* made) {
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

List list_of(const std::vector<std::string>& lines) {
  List list;
  for (const auto& line : lines) {
    auto* longer = must(curl_slist_append(list.get(), line.c_str()));
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

// Lines of a mail end in CR LF.
std::string with_crlf(std::string_view text) {
  std::string lines;
  for (const char c : text) {
    if (c == '\n') lines += '\r';
    if (c != '\r') lines += c;
  }
  return lines;
}

void add_text(curl_mime* mime, const char* type, const std::string& text) {
  auto* part = must(curl_mime_addpart(mime));
  const auto lines = with_crlf(text);
  curl_mime_data(part, lines.c_str(), lines.size());
  curl_mime_type(part, type);
  curl_mime_encoder(part, "quoted-printable");
}

// The text and the HTML of it as one is shown instead of the other (RFC 2046, 5.1.4), and what is attached.
Mime mime_of(CURL* curl, const Mail& mail) {
  Mime whole(must(curl_mime_init(curl)));
  Mime bodies(must(curl_mime_init(curl)));
  add_text(bodies.get(), "text/plain; charset=utf-8", mail.text);
  if (!mail.html.empty()) add_text(bodies.get(), "text/html; charset=utf-8", mail.html);
  auto* part = must(curl_mime_addpart(whole.get()));
  curl_mime_subparts(part, bodies.release());
  curl_mime_type(part, "multipart/alternative");
  for (const auto& attachment : mail.attachments) {
    part = must(curl_mime_addpart(whole.get()));
    curl_mime_data(part, attachment.content.c_str(), attachment.content.size());
    curl_mime_type(part, attachment.type.c_str());
    curl_mime_filename(part, attachment.name.c_str());
    curl_mime_encoder(part, "base64");
  }
  return whole;
}

// One line of ASCII, for a log and a column: a server may say any bytes, and PostgreSQL takes no half letters.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kMostText)) line += c == '\r' || c == '\n' ? ' ' : c < ' ' || c > '~' ? '?' : c;
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// A refusal that a recipient's turn has brought to light, and that is about us all the same: of this host or sender
// (RFC 3463: security and policy, X.7; routing and quotas, X.4), or of how we greet (504 5.5.2).
bool is_about_us(const std::string& reply) {
  static const std::regex kAboutUs("5[0-9]{2}[ -]5\\.[47]\\.|504");
  return std::regex_search(reply, kAboutUs, std::regex_constants::match_continuous);
}

}  // namespace

struct SmtpClient::State {
  SmtpServer server;
  Sender sender;
  CURL* curl;
  std::array<char, CURL_ERROR_SIZE> error{};
  std::vector<std::string> dialogue;
  std::string reply;     // the last line that the server said
  bool in_mail = false;  // we have said MAIL
  bool offered = false;  // and the server has agreed: what it says from here on is about this mail
  bool in_auth = false;  // what we say is a secret
  bool broken = false;   // the connection ended without an answer: what it might still bring is of no mail of ours
  bool ended = false;    // we have hung up, and what the server says to that is no answer

  State(SmtpServer the_server, Sender the_sender)
      : server(std::move(the_server)), sender(std::move(the_sender)), curl(must(curl_easy_init())) {}
  ~State() { curl_easy_cleanup(curl); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void set_up(curl_slist* header, curl_slist* recipients, curl_mime* mime);
  Answer answer(CURLcode code);
  void note_command(std::string_view line);
  void note_reply(std::string_view line);
  void note(std::string line) {
    if (dialogue.size() < kMostLines) dialogue.push_back(std::move(line));
  }
  // CURLOPT_DEBUGFUNCTION
  static int trace(CURL* curl, curl_infotype type, char* data, std::size_t size, void* state);
};

void SmtpClient::State::note_command(std::string_view line) {
  if (line.starts_with("AUTH")) in_auth = true;
  if (line.starts_with("MAIL") || line.starts_with("EHLO")) in_auth = false;
  if (line.starts_with("MAIL")) in_mail = true;
  if (line.starts_with("QUIT")) ended = true;
  note("> " + (in_auth ? std::string("AUTH …") : one_line(line)));
}

void SmtpClient::State::note_reply(std::string_view line) {
  note(one_line(line));
  if (ended) return;
  reply = one_line(line);
  if (in_mail && reply.starts_with('2')) offered = true;
}

int SmtpClient::State::trace(CURL* /*curl*/, curl_infotype type, char* data, std::size_t size, void* to) {
  auto& state = *static_cast<State*>(to);
  const std::string_view line(data, size);
  if (type == CURLINFO_HEADER_OUT) state.note_command(line);
  if (type == CURLINFO_HEADER_IN) state.note_reply(line);
  return 0;
}

void SmtpClient::State::set_up(curl_slist* header, curl_slist* recipients, curl_mime* mime) {
  curl_easy_reset(curl);  // its connection stays
  // The path is whom we say we are. Some servers take mail of whole names alone, and this host's may be a short one.
  const auto domain = sender.address.substr(sender.address.find('@') + 1);
  curl_easy_setopt(curl, CURLOPT_URL, (server.url + '/' + domain).c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // whatever the environment says
  curl_easy_setopt(curl, CURLOPT_USE_SSL, server.starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE);
  if (!server.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, server.password.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, ('<' + sender.address + '>').c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, header);
  curl_easy_setopt(curl, CURLOPT_MIMEPOST, mime);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, kTimeoutS);
  curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, kResponseTimeoutS);
  curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, kKeepS);
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, broken ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error.data());
  curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, trace);
  curl_easy_setopt(curl, CURLOPT_DEBUGDATA, this);
  error.fill('\0');
  dialogue.clear();
  reply.clear();
  in_mail = offered = in_auth = ended = false;
}

// libcurl's own codes say at what point it gave up, and not why: the server's last line does.
Answer SmtpClient::State::answer(CURLcode code) {
  broken = false;
  if (code == CURLE_OK) return {Verdict::accepted, reply};
  const bool is_no = reply.starts_with('4') || reply.starts_with('5');
  broken = !is_no;
  const auto text = is_no ? reply : one_line(error.front() != '\0' ? error.data() : curl_easy_strerror(code));
  if (!offered) return {Verdict::no_server, text};
  return {reply.starts_with('5') && !is_about_us(reply) ? Verdict::refused : Verdict::later, text};
}

SmtpClient::SmtpClient(SmtpServer server, Sender sender) {
  static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl does not start");
  state_ = std::make_unique<State>(std::move(server), std::move(sender));
}

SmtpClient::~SmtpClient() = default;

Answer SmtpClient::send(const Mail& mail) {
  if (!is_address(mail.address)) return {Verdict::refused, "that is no address"};
  const auto header = list_of(header_lines(mail, state_->sender));
  const auto recipients = list_of({'<' + mail.address + '>'});
  const auto mime = mime_of(state_->curl, mail);
  state_->set_up(header.get(), recipients.get(), mime.get());
  return state_->answer(curl_easy_perform(state_->curl));
}

const std::vector<std::string>& SmtpClient::dialogue() const { return state_->dialogue; }

}  // namespace ticketd::mail
