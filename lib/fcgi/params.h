// FastCGI parameters, NAME=value, as a Request. Without libfcgi, so that tests can try any bytes on it.
#pragma once
#include <cstddef>

#include "http/request.h"

namespace ticketd::fcgi {

// All but the body. `params` ends with a null pointer. HTTP_X_Y becomes the header x-y, PATH_EVENT_ID the path value
// event_id. A header that comes twice is a list with a comma; of another parameter that comes twice the first one
// counts.
http::Request request_of(const char* const* params);

// Does it come from whoever knows the key? With none, from everybody. In a time that tells nothing about where it
// differs.
bool knows_key(const char* const* params, const std::string& key);

// How many bytes of body were announced, but at most one more than `limit`: enough to see that it is too large. A
// CONTENT_LENGTH that is no number counts as too large.
std::size_t body_size(const char* const* params, std::size_t limit);

}  // namespace ticketd::fcgi
