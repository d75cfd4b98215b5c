#include "clients.h"

#include "support/token_forge.h"

namespace ticketd::torture {
namespace {

using e2e::Person;
using std::chrono::milliseconds;

constexpr int kTries = 6;           // with an Idempotency-Key, while things are broken
constexpr int kTriesWhenWell = 30;  // after the round

std::vector<std::string> headers_of(const Call& call) {
  if (call.key.empty()) return {};
  return {"Idempotency-Key: " + call.key};
}

// How many tickets, and whether fewer will do.
Json terms_of(const Call& call) {
  auto terms = Json::object();
  if (call.quantity > 0) terms.set("quantity", call.quantity);
  if (!call.remainder.empty()) terms.set("accept_fewer", true);
  if (!call.remainder.empty()) terms.set("remainder", call.remainder);
  return terms;
}

e2e::Request request_of(const Person& person, const Call& call) {
  if (call.kind == "book") {
    auto wish = terms_of(call);
    wish.set("event_id", call.event);
    if (!call.item.empty()) wish.set("ticket_type_id", call.item);
    return person.request("POST", "/v1/events/book", wish, headers_of(call));
  }
  if (call.kind == "confirm") {
    // Whoever confirms somebody else's is the organiser.
    const auto at = call.confirms_others ? "/v1/events/" + call.event : std::string("/v1");
    return person.request("POST", at + "/bookings/" + call.booking + "/confirm", terms_of(call), headers_of(call));
  }
  if (call.kind == "update_booking")
    return person.request("PATCH", "/v1/bookings/" + call.booking, terms_of(call), headers_of(call));
  if (call.kind == "cancel" && call.quantity > 0)
    return person.request("POST", "/v1/bookings/" + call.booking + "/cancel", terms_of(call), headers_of(call));
  if (call.kind == "update_event")
    return person.request("PATCH", "/v1/events/" + call.event, Json::object({{"number_of_tickets", call.tickets}}));
  if (call.kind == "set_pool")
    return person.request("PATCH", "/v1/events/" + call.event + "/pools/" + call.item,
                          Json::object({{"capacity", call.tickets}, {"held_back", call.held_back}, {"to", call.to}}));
  if (call.kind == "set_ticket_type")
    return person.request("PATCH", "/v1/events/" + call.event + "/ticket-types/" + call.item,
                          Json::object({{"limit", call.tickets}}));
  if (call.kind == "delete_event") return person.request("DELETE", "/v1/events/" + call.event);
  const auto what =
      call.booking.empty() ? Json::object({{"event_id", call.event}}) : Json::object({{"booking_id", call.booking}});
  return person.request("DELETE", "/v1/events/booking/cancel", what, headers_of(call));
}

}  // namespace

std::size_t pick(Chance& chance, std::size_t below) { return static_cast<std::size_t>(chance() % below); }
bool one_in(Chance& chance, std::size_t n) { return pick(chance, n) == 0; }

class Clients::Client {
 public:
  Client(Clients& all, std::uint64_t seed) : all_(all), chance_(seed) {}

  void run() {
    while (!all_.stop_) {
      think();
      act();
    }
    while (!all_.well_) std::this_thread::sleep_for(milliseconds(5));
    for (auto& [person, call] : unclear_) {
      ask(*person, call, kTriesWhenWell);
      history_.calls.push_back(std::move(call));
    }
    const std::lock_guard lock(all_.mutex_);
    for (auto& call : history_.calls) all_.history_.calls.push_back(std::move(call));
    for (auto& look : history_.looks) all_.history_.looks.push_back(std::move(look));
  }

 private:
  // A booking of mine that I may cancel, or look at.
  struct Mine {
    const Person* person;
    const Show* show;
    std::string request_id;
    std::string booking_id;
  };

  void think() {
    std::exponential_distribution<double> pause(1.0 / all_.scene_.think_ms);
    std::this_thread::sleep_for(milliseconds(static_cast<int>(std::min(pause(chance_), 1'000.0))));
  }

  void act() {
    if (all_.scene_.rate > 1 && one_in(chance_, 3)) return meet_deadline();
    const auto dice = pick(chance_, 100);
    if (dice < 58 || mine_.empty()) return book();
    if (dice < 72) return cancel(false);
    if (dice < 75) return cancel(true);
    if (dice < 78) return cancel_or_change_some();
    if (dice < 82) return confirm(mine_[pick(chance_, mine_.size())]);
    if (dice < 87) return resize();
    if (dice == 87) return remove();
    look();
  }

  const Person& somebody() { return all_.scene_.people[pick(chance_, all_.scene_.people.size())]; }
  const Show& some_show() { return all_.scene_.shows[pick(chance_, all_.scene_.shows.size())]; }

  Call new_call(const char* kind, const Person& person, const Show& show) {
    Call call{.kind = kind, .user = person.id, .event = show.id};
    if (!one_in(chance_, 5)) call.key = e2e::fresh_uuid();
    return call;
  }

  void book() {
    const auto& person = somebody();
    const auto& show = some_show();
    auto call = new_call("book", person, show);
    if (show.max_per_user > 1) {
      call.quantity = 1 + static_cast<int>(pick(chance_, static_cast<std::size_t>(std::min(show.max_per_user, 5))));
      if (call.quantity > 1 && one_in(chance_, 3)) call.remainder = some_remainder();
    }
    if (!show.types.empty() && !one_in(chance_, 6)) call.item = one_of(show.types).id.str();
    if (!call.key.empty() && one_in(chance_, 20)) twins(person, call);
    const auto [request_id, booking_id] = settle(person, std::move(call));
    if (request_id.empty()) return;
    mine_.push_back({&person, &show, request_id, booking_id});
    if (mine_.size() > 100) mine_.erase(mine_.begin(), mine_.begin() + 50);
  }

  void cancel(bool by_booking) {
    const auto at = mine_.begin() + static_cast<std::ptrdiff_t>(pick(chance_, mine_.size()));
    const Mine mine = *at;
    mine_.erase(at);
    cancel(mine, by_booking);
  }

  void cancel(const Mine& mine, bool by_booking) {
    auto call = new_call("cancel", *mine.person, *mine.show);
    if (by_booking) call.booking = mine.booking_id;
    settle(*mine.person, std::move(call));
  }

  template <class Item>
  const Item& one_of(const std::vector<Item>& items) {
    return items[pick(chance_, items.size())];
  }
  const char* some_remainder() { return one_in(chance_, 2) ? "keep" : "drop"; }

  // Some tickets of a booking are given back, or one that waits takes other terms; or so its user thinks.
  void cancel_or_change_some() {
    const Mine mine = mine_[pick(chance_, mine_.size())];
    if (mine.show->max_per_user == 1) return;
    auto call = new_call(one_in(chance_, 2) ? "cancel" : "update_booking", *mine.person, *mine.show);
    call.booking = mine.booking_id;
    call.quantity = 1 + static_cast<int>(pick(chance_, 2));
    if (call.kind == "update_booking" && one_in(chance_, 2)) call.remainder = some_remainder();
    settle(*mine.person, std::move(call));
  }

  // Says yes or no to seats that are held for somebody, just before their deadline or just after; some say it at once.
  void meet_deadline() {
    const auto& person = somebody();
    const auto held = person.get("/v1/bookings?state=held").data()["data"];
    if (held.size() == 0) return;
    const auto booking = held.at(pick(chance_, held.size()));
    const auto& shows = all_.scene_.shows;
    const auto show =
        std::find_if(shows.begin(), shows.end(), [&](const auto& it) { return it.id == booking["event_id"].text(); });
    const auto deadline = parse_time(booking["expires_at"].text());
    if (show == shows.end() || !deadline) return;
    const Mine mine{&person, &*show, "", std::string(booking["id"].text())};
    // A call takes some milliseconds, in which it may become late.
    const milliseconds off(one_in(chance_, 2) ? -static_cast<int>(pick(chance_, 120))
                                              : 1'000 - static_cast<int>(pick(chance_, 4'000)));
    const auto left = *deadline + off - SystemClock().now();
    if (!one_in(chance_, 4)) wait_for(left / all_.scene_.rate);
    one_in(chance_, 4) ? cancel(mine, true) : confirm(mine);
  }

  // Or until all shall stop.
  void wait_for(milliseconds time) {
    using Steady = std::chrono::steady_clock;
    const auto end = Steady::now() + time;
    while (!all_.stop_ && Steady::now() < end)
      std::this_thread::sleep_until(std::min(end, Steady::now() + milliseconds(20)));
  }

  // What is held, by whose yes counts; or so he thinks.
  void confirm(const Mine& mine) {
    if (!mine.show->holds) return;
    const auto& who = mine.show->is_confirmed_by_owner ? *mine.show->owner : *mine.person;
    auto call = new_call("confirm", who, *mine.show);
    call.booking = mine.booking_id;
    call.confirms_others = mine.show->is_confirmed_by_owner;
    if (one_in(chance_, 3)) call.quantity = 1 + static_cast<int>(pick(chance_, 2));
    settle(who, std::move(call));
  }

  // Without a key, as for all changes of an event.
  void resize() {
    const auto& show = some_show();
    if (!show.pools.empty()) return one_in(chance_, 3) ? limit_type(show) : resize_pool(show);
    const auto most = static_cast<std::size_t>(show.tickets) * 2;
    Call call{.kind = "update_event", .user = show.owner->id, .event = show.id};
    call.tickets = 1 + static_cast<int>(pick(chance_, most));
    if (all_.scene_.rate > 1 && one_in(chance_, 2)) call.tickets = slightly_fewer(show);
    settle(*show.owner, std::move(call));
  }

  // So few that there may be as many free ones, which are saved for somebody.
  int slightly_fewer(const Show& show) {
    const auto tickets = show.owner->get("/v1/events/" + show.id).data()["total_tickets"].integer();
    return std::max(1, static_cast<int>(tickets) - 1 - static_cast<int>(pick(chance_, 2)));
  }

  void resize_pool(const Show& show) {
    const auto& pool = one_of(show.pools);
    Call call{.kind = "set_pool", .user = show.owner->id, .event = show.id, .item = pool.id.str()};
    call.tickets = 1 + static_cast<int>(pick(chance_, static_cast<std::size_t>(pool.capacity) * 2));
    call.held_back = static_cast<int>(pick(chance_, 3));
    call.to = one_in(chance_, 4) ? "public" : "line";
    settle(*show.owner, std::move(call));
  }

  void limit_type(const Show& show) {
    const auto& type = one_of(show.types);
    Call call{.kind = "set_ticket_type", .user = show.owner->id, .event = show.id, .item = type.id.str()};
    call.tickets = 1 + static_cast<int>(pick(chance_, static_cast<std::size_t>(show.tickets)));
    settle(*show.owner, std::move(call));
  }

  void remove() {
    if (all_.scene_.deletable == 0 || !one_in(chance_, 3)) return;
    const auto& shows = all_.scene_.shows;
    const auto& show = shows[shows.size() - 1 - pick(chance_, all_.scene_.deletable)];
    settle(*show.owner, {.kind = "delete_event", .user = show.owner->id, .event = show.id});
  }

  void look() {
    const auto& mine = mine_[pick(chance_, mine_.size())];
    const auto sent = std::chrono::steady_clock::now();
    const auto reply = mine.person->get("/v1/requests/" + mine.request_id);
    history_.looks.push_back({.user = mine.person->id,
                              .request_id = mine.request_id,
                              .sent = sent,
                              .answered = std::chrono::steady_clock::now(),
                              .status = reply.status,
                              .state = std::string(reply.data()["state"].text()),
                              .outcome = std::string(reply.data()["outcome"].text())});
  }

  // The same call twice at the same time, on connections of their own.
  void twins(const Person& person, Call& call) {
    const auto request = request_of(person, call);
    const auto sent = std::chrono::steady_clock::now();
    for (const auto& reply : e2e::send_at_once({request, request})) call.attempts.push_back(attempt_of(sent, reply));
  }

  // Until the answer is clear, or there is no sense in asking again.
  void ask(const Person& person, Call& call, int tries) {
    for (int i = 0; i < tries; ++i) {
      const auto sent = std::chrono::steady_clock::now();
      call.attempts.push_back(attempt_of(sent, e2e::send(request_of(person, call))));
      if (!is_unclear(call.attempts.back()) || call.key.empty()) return;
      if (tries == kTries && all_.stop_) return;
      std::this_thread::sleep_for(milliseconds(50 + pick(chance_, 300)));
    }
  }

  // Request and booking of a 202; empty where there was none.
  std::pair<std::string, std::string> settle(const Person& person, Call call) {
    ask(person, call, kTries);
    const auto* answer = torture::accepted(call);
    if (answer != nullptr) ++all_.accepted_;
    const std::pair<std::string, std::string> ids =
        answer == nullptr ? std::pair<std::string, std::string>{} : std::pair{answer->request_id, answer->booking_id};
    // Long after it was answered, somebody presses the button again.
    const bool again = answer != nullptr && !call.key.empty() && one_in(chance_, 10);
    if (again || (answer == nullptr && has_unclear(call) && !call.key.empty())) {
      unclear_.emplace_back(&person, std::move(call));
    } else {
      history_.calls.push_back(std::move(call));
    }
    return ids;
  }

  Clients& all_;
  Chance chance_;
  std::vector<Mine> mine_;
  std::vector<std::pair<const Person*, Call>> unclear_;
  History history_;
};

Clients::Clients(const Scene& scene, std::uint64_t seed, int count) : scene_(scene) {
  Chance seeds(seed);
  for (int i = 0; i < count; ++i) threads_.emplace_back([this, own = seeds()] { Client(*this, own).run(); });
}

Clients::~Clients() { finish(); }

void Clients::stop() { stop_ = true; }

History Clients::finish() {
  stop_ = true;
  well_ = true;
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  return std::move(history_);
}

}  // namespace ticketd::torture
