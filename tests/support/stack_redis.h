// The queue as the tests read it: which commands wait, in the order in which they were accepted.
#pragma once
#include <string>
#include <vector>

namespace ticketd::e2e {

struct QueuedCommand {
  std::string stream;
  std::string id;  // of the request in the 202
  std::string kind;
  std::string user_id;
  std::string event_id;
};

// What the streams hold for this event, in stream order. Fails the test where Redis does not answer.
std::vector<QueuedCommand> queued_commands(const std::string& event_id);

// Puts so many entries into a stream that mean nothing to anybody. Only while the workers are down.
void stuff_stream(const std::string& stream, int entries);

// Takes every entry out of a stream.
void clear_stream(const std::string& stream);

// Makes the cache's list of refused tokens as old as can be, so that PostgreSQL is asked for what is new; or drops it.
void outdate_token_list();
void forget_token_list();

// Counts a caller (a user id or an address) as far over every limit of a rate class, and forgets it again.
void spend_rate(const std::string& rate_class, const std::string& caller);
void forget_rate(const std::string& rate_class, const std::string& caller);

// `url_setting` names the environment variable: QUEUE_REDIS_URL or CACHE_REDIS_URL.
bool redis_answers(const char* url_setting);

// What the endpoints' user may do there, as ACL SETUSER changes it; and everybody's rights as the stack's file has
// them.
void change_rights(const char* url_setting, const std::string& rule);
void restore_rights();

}  // namespace ticketd::e2e
