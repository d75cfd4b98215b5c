#include "support/http_client.h"

#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>
#include <curl/curl.h>

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "support/exchange_log.h"
#include "support/stack.h"

namespace ticketd::e2e {
namespace {

struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::size_t keep_body(char* bytes, std::size_t size, std::size_t count, void* into) {
  static_cast<Response*>(into)->body.append(bytes, size * count);
  return size * count;
}

std::size_t keep_header(char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& headers = static_cast<Response*>(into)->headers;
  std::string line(bytes, size * count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.pop_back();
  if (line.starts_with("HTTP/")) headers.clear();  // the head of the final answer, after a 100
  const auto colon = line.find(':');
  if (colon == std::string::npos) return size * count;
  const auto start = line.find_first_not_of(' ', colon + 1);
  const std::string value = start == std::string::npos ? "" : line.substr(start);
  const auto [at, fresh] = headers.emplace(lower(line.substr(0, colon)), value);
  if (!fresh) at->second += ", " + value;
  return size * count;
}

// One request on one easy handle. The request must outlive the transfer.
class Transfer {
 public:
  Transfer(CURL* handle, const Request& request) : handle_(handle), request_(request) {
    curl_easy_reset(handle_);
    const std::string url = setting("BASE_URL") + request.path;
    curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle_, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle_, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    // Not as "host!…": curl 8.14 would take any connection that is open, from whichever address.
    if (!request.from.empty()) curl_easy_setopt(handle_, CURLOPT_INTERFACE, request.from.c_str());
    if (request.body) set_body(*request.body);
    if (request.method == "HEAD") curl_easy_setopt(handle_, CURLOPT_NOBODY, 1L);
    if (request.method != "HEAD") curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set_headers(request);
    curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &response_);
    curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, keep_header);
    curl_easy_setopt(handle_, CURLOPT_HEADERDATA, &response_);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  Response finish(CURLcode result) {
    long status = 0;
    double seconds = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle_, CURLINFO_TOTAL_TIME, &seconds);
    response_.status = result == CURLE_OK ? static_cast<int>(status) : 0;
    response_.took = std::chrono::duration<double>(seconds);
    if (result != CURLE_OK) response_.error = curl_easy_strerror(result);
    if (auto json = Json::parse(response_.body)) response_.json = *json;
    // A compressed answer cannot be read there; it is the same that others get uncompressed.
    if (!response_.has_header("content-encoding"))
      log_exchange(request_.method, request_.path, request_.malformed, response_);
    return std::move(response_);
  }

 private:
  void set_body(const std::string& body) {
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }

  void set_headers(const Request& request) {
    add("Expect:");
    bool typed = false;
    for (const auto& header : request.headers) {
      typed = typed || lower(header).starts_with("content-type:");
      add(header);
    }
    if (request.body && !typed) add("Content-Type: application/json");
    curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_.get());
  }

  void add(const std::string& header) { headers_.reset(curl_slist_append(headers_.release(), header.c_str())); }

  CURL* handle_;
  const Request& request_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  Response response_;
};

}  // namespace

std::string Response::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

Response send(const Request& request) {
  thread_local const Easy handle(curl_easy_init());
  Transfer transfer(handle.get(), request);
  return transfer.finish(curl_easy_perform(handle.get()));
}

std::vector<Response> send_at_once(const std::vector<Request>& requests) {
  const std::unique_ptr<CURLM, FreeMulti> multi(curl_multi_init());
  std::vector<Easy> handles;
  std::vector<std::unique_ptr<Transfer>> transfers;
  for (const auto& request : requests) {
    CURL* handle = handles.emplace_back(curl_easy_init()).get();
    transfers.push_back(std::make_unique<Transfer>(handle, request));
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(handle, CURLOPT_PRIVATE, static_cast<void*>(transfers.back().get()));
    curl_multi_add_handle(multi.get(), handle);
  }
  for (int running = 1; running > 0;) {
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) break;
    if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
  }
  std::map<Transfer*, CURLcode> results;
  for (int left = 0; const CURLMsg* message = curl_multi_info_read(multi.get(), &left);) {
    char* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    results[static_cast<Transfer*>(static_cast<void*>(transfer))] = message->data.result;
  }
  std::vector<Response> responses;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto result = results.find(transfers[i].get());
    responses.push_back(transfers[i]->finish(result == results.end() ? CURLE_AGAIN : result->second));
    curl_multi_remove_handle(multi.get(), handles[i].get());
  }
  return responses;
}

void in_parallel(std::size_t threads, std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex lock;
  std::string fault;
  const auto drain = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (const std::exception& error) {
      const std::lock_guard guard(lock);
      fault = error.what();
    }
  };
  {
    std::vector<std::jthread> running;
    for (std::size_t i = 0; i < threads; ++i) running.emplace_back(drain);
  }
  if (!fault.empty()) FAIL(fault.c_str());
}

}  // namespace ticketd::e2e
