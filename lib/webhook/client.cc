#include "webhook/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace ticketd::webhook {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostOfAnAnswer = 65'536;
constexpr long kConnections = 64;  // kept open at most
constexpr std::size_t kMostText = 200;

// One attempt. libcurl holds its address.
struct Exchange {
  Post post;
  const Networks* allowed;
  CURL* curl = nullptr;
  curl_slist* header = nullptr;
  std::array<char, CURL_ERROR_SIZE> error{};
  std::size_t received = 0;
  bool was_forbidden = false;

  Exchange(Post the_post, const Networks& the_allowed) : post(std::move(the_post)), allowed(&the_allowed) {}
  ~Exchange() {
    curl_easy_cleanup(curl);
    curl_slist_free_all(header);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
};

// CURLOPT_OPENSOCKETFUNCTION: whatever the name led to this time, this is the address.
curl_socket_t open_socket(void* of, curlsocktype /*purpose*/, curl_sockaddr* to) {
  auto& exchange = *static_cast<Exchange*>(of);
  if (!may_ask(to->addr, to->addrlen, *exchange.allowed)) {
    exchange.was_forbidden = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

// CURLOPT_WRITEFUNCTION: nobody reads it. Who sends more than that is hung up on.
std::size_t count_bytes(char* /*bytes*/, std::size_t size, std::size_t count, void* of) {
  auto& exchange = *static_cast<Exchange*>(of);
  exchange.received += size * count;
  return exchange.received > kMostOfAnAnswer ? 0 : size * count;
}

void add_line(curl_slist*& list, const std::string& line) {
  auto* longer = curl_slist_append(list, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list = longer;
}

void set_up(Exchange& exchange) {
  auto* curl = exchange.curl = curl_easy_init();
  if (curl == nullptr) throw std::bad_alloc();
  for (const auto& line : exchange.post.header) add_line(exchange.header, line);
  add_line(exchange.header, "Content-Type: application/json");
  add_line(exchange.header, "Expect:");
  curl_easy_setopt(curl, CURLOPT_PRIVATE, &exchange);
  curl_easy_setopt(curl, CURLOPT_URL, exchange.post.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // whatever the environment says: a proxy would judge no address
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "ticketd");
  // Debian's authorities are in one file, too, which is read once for all; a directory would be, for each connection.
  curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);  // what waits for a name server is not waited for
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, exchange.header);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, exchange.post.body.c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(exchange.post.body.size()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(kAnswerWithin.count()));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, exchange.error.data());
}

std::string one_line(std::string_view text) {
  std::string line(text.substr(0, kMostText));
  std::ranges::replace_if(line, [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

Answer answer_of(const Exchange& exchange, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(exchange.curl, CURLINFO_RESPONSE_CODE, &status);
  const auto answer = [&](Verdict verdict, std::string text) {
    return Answer{exchange.post.id, verdict, static_cast<int>(status), std::move(text)};
  };
  // A status counts although more came behind it than is read.
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && exchange.received > kMostOfAnAnswer)) {
    const auto text = "HTTP " + std::to_string(status);
    if (status == 410) return answer(Verdict::gone, text);
    return answer(status >= 200 && status < 300 ? Verdict::delivered : Verdict::refused, text);
  }
  status = 0;
  if (exchange.was_forbidden && code == CURLE_COULDNT_CONNECT)
    return answer(Verdict::forbidden,
                  "its address may not be asked: it is not on the internet, or its port is of another service");
  const auto* const said = exchange.error.front() != '\0' ? exchange.error.data() : curl_easy_strerror(code);
  return answer(Verdict::failed, one_line(said));
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::delivered: return "delivered";
    case Verdict::refused: return "refused";
    case Verdict::gone: return "gone";
    case Verdict::failed: return "failed";
    case Verdict::forbidden: return "forbidden";
  }
  return "";
}

struct Client::State {
  Networks allowed;
  CURLM* multi;
  std::unordered_map<DeliveryId, std::unique_ptr<Exchange>> exchanges;

  explicit State(Networks the_allowed) : allowed(std::move(the_allowed)), multi(curl_multi_init()) {
    if (multi == nullptr) throw std::bad_alloc();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kConnections);
  }
  ~State() {
    for (const auto& [id, exchange] : exchanges) curl_multi_remove_handle(multi, exchange->curl);
    exchanges.clear();
    curl_multi_cleanup(multi);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::vector<Answer> take_ended();
};

std::vector<Answer> Client::State::take_ended() {
  std::vector<Answer> answers;
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    auto* const curl = message->easy_handle;
    const auto code = message->data.result;  // the message does not outlive the handle's removal
    Exchange* exchange = nullptr;
    curl_easy_getinfo(curl, CURLINFO_PRIVATE, &exchange);
    answers.push_back(answer_of(*exchange, code));
    curl_multi_remove_handle(multi, curl);
    exchanges.erase(answers.back().id);
  }
  return answers;
}

Client::Client(Networks allowed) {
  static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl does not start");
  state_ = std::make_unique<State>(std::move(allowed));
}

Client::~Client() = default;

void Client::start(Post post) {
  const auto id = post.id;
  auto exchange = std::make_unique<Exchange>(std::move(post), state_->allowed);
  set_up(*exchange);
  if (curl_multi_add_handle(state_->multi, exchange->curl) != CURLM_OK) throw std::runtime_error("libcurl is full");
  state_->exchanges.emplace(id, std::move(exchange));
}

std::vector<Answer> Client::wait(milliseconds most) {
  const auto end = std::chrono::steady_clock::now() + most;
  for (;;) {
    int running = 0;
    curl_multi_perform(state_->multi, &running);
    auto ended = state_->take_ended();
    const auto left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    if (!ended.empty() || left.count() <= 0) return ended;
    curl_multi_poll(state_->multi, nullptr, 0, static_cast<int>(left.count()), nullptr);
  }
}

std::size_t Client::in_flight() const { return state_->exchanges.size(); }

}  // namespace ticketd::webhook
