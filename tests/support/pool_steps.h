// The steps of stories about seat pools and ticket types.
#pragma once
#include <string>

#include "support/group_steps.h"

namespace ticketd::e2e {

// What an organiser says of a new one.
Json pool_of(const std::string& name, int capacity, MoreFields more = {});
Json type_of(const std::string& name, MoreFields more = {});
// A JSON array of them.
Json list_of(std::initializer_list<Json> items);

// The body of POST /v1/events/initialize: an event in two days, a hundred tickets a person, with these pools.
Json body_with_pools(const Json& pools, MoreFields more = {});
// The event, with its pools and ticket types.
Json create_with_pools(const Person& owner, const Json& pools, MoreFields more = {});
// GET /v1/events/{event_id}
Json event_of(const Person& reader, const Json& event);

std::string id_of(const Json& thing);
// The pool or type of the event that is called so; null if it shows none.
Json pool_in(const Json& event, const std::string& name);
Json type_in(const Json& event, const std::string& name);

// "Floor 2+1: 0 free, 2 wait for 3", by the order in which they are shown: capacity without and with what is held back.
std::string pools_in(const Json& event);
// "Adult 2, Child 0": what is available of each type that is shown.
std::string types_in(const Json& event);

// Requests of an organiser; `headers` as "Name: value".
using Headers = std::vector<std::string>;
Response add_pool(const Person& owner, const Json& event, const Json& body, const Headers& headers = {});
Response change_pool(const Person& owner, const Json& event, const Json& pool, const Json& body,
                     const Headers& headers = {});
Response add_type(const Person& owner, const Json& event, const Json& body, const Headers& headers = {});
Response change_type(const Person& owner, const Json& event, const Json& type, const Json& body,
                     const Headers& headers = {});
Response delete_type(const Person& owner, const Json& event, const Json& type, const Headers& headers = {});

// Books tickets of the type; the answer, the decided request, or its outcome and reason: "rejected never_fits".
Response ask_for_type(const Person& person, const Json& event, const Json& type, int quantity = 1,
                      MoreFields more = {});
Json book_type(const Person& person, const Json& event, const Json& type, int quantity = 1, MoreFields more = {});
std::string type_outcome(const Person& person, const Json& event, const Json& type, int quantity = 1);
std::string outcome_in(const Json& request);

// An object with this field alone.
Json only(const char* field, const Json& value);

// An event with four seats on the Floor, for Adult and for whoever has the code of Member, and two on the Balcony.
struct MembersTest : FriendsTest {
  static constexpr const char* kCode = "open-sesame";
  static Json floor_with_members();

  Json event;
  Json member;

  void setup() override;
  Json type(const char* name) const { return type_in(event_of(owner, event), name); }
  std::string types() const { return types_in(event_of(owner, event)); }
  // With a code in place of an id.
  Response by_code(const Person& person, const std::string& code, int quantity = 1) const;
  // The type as it is then.
  Json must_change(const Json& which, const Json& body) const;
  Json must_add(const Json& body) const;
};

}  // namespace ticketd::e2e
