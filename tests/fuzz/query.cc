// Covers: lib/http/request.cc lib/api/event_list.cc lib/api/paging.cc lib/http/fields.cc
// A query string as the lists read it: paging, filters, cursors.
#include "api/event_list.h"
#include "fuzz/properties.h"

using namespace ticketd;
using fuzz::require;

static void try_cursor(const storage::Cursor& cursor, std::uint32_t list) {
  const auto again = decode_cursor(encode_cursor(cursor, list), list);
  require(again && again->time == cursor.time && again->id == cursor.id, "a cursor is read as it was written");
  require(format_time(cursor.time).size() == 24, "a cursor's time is one that PostgreSQL can read");
}

static void try_page(const http::Request& request) {
  http::Fields in(request);
  const auto search = read_search(in);
  const auto filter = read_filter(in, {When::upcoming, storage::EventSort::start}, from_epoch_ms(1'800'000'000'000));
  const auto page = read_event_page(in, filter, search);
  if (!in.ok()) {
    fuzz::require_problem(in.refusal());
    return;
  }
  require(page.limit >= 1 && page.limit <= 100, "a page has 1 to 100 rows");
  require(page.number >= 1 && page.number <= storage::kCountMax, "a page lies within what is counted");
  require(Json(search).is_string(), "words to find are UTF-8");
  if (page.after) try_cursor(*page.after, page.list);
}

static void try_without(const http::Request& request) {
  http::Request rest;
  rest.query = request.query_without({"cursor", "page"});
  require(!rest.query_value("cursor") && !rest.query_value("page"), "what is taken out of a query is gone");
  for (const auto* name : {"q", "limit", "when"})
    require(rest.query_value(name) == request.query_value(name), "what is not taken out stays");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  http::Request request;
  request.query = fuzz::text_of(data, size);
  require(http::percent_decoded(request.query).size() <= request.query.size(), "decoding makes nothing longer");
  try_page(request);
  try_without(request);
  return 0;
}
