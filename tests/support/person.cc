#include "support/person.h"

#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>

#include "support/stack_database.h"
#include "support/token_forge.h"

namespace ticketd::e2e {
namespace {

constexpr const char* kPassword = "correct horse battery";

// Whose row is copied for people made without HTTP.
const Person& first_person() {
  static const Person person = register_person();
  return person;
}

}  // namespace

Request Person::request(std::string method, std::string path, std::optional<Json> body,
                        std::vector<std::string> headers) const {
  headers.push_back(authorization());
  Request request{.method = std::move(method), .path = std::move(path), .headers = std::move(headers)};
  if (body) request.body = body->dump();
  return request;
}

Response Person::get(std::string path, std::vector<std::string> headers) const {
  return send(request("GET", std::move(path), {}, std::move(headers)));
}

Response Person::head(std::string path) const { return send(request("HEAD", std::move(path))); }

Response Person::post(std::string path, Json body, std::vector<std::string> headers) const {
  return send(request("POST", std::move(path), std::move(body), std::move(headers)));
}

Response Person::put(std::string path, Json body) const {
  return send(request("PUT", std::move(path), std::move(body)));
}

Response Person::patch(std::string path, Json body, std::vector<std::string> headers) const {
  return send(request("PATCH", std::move(path), std::move(body), std::move(headers)));
}

Response Person::del(std::string path, std::optional<Json> body, std::vector<std::string> headers) const {
  return send(request("DELETE", std::move(path), std::move(body), std::move(headers)));
}

std::string fresh_email() { return "person-" + fresh_uuid() + "@example.com"; }

Response post_as_nobody(std::string path, Json body) {
  return send({.method = "POST", .path = std::move(path), .body = body.dump()});
}

std::string fresh_address() {
  static int next = 0;
  ++next;
  return "127.1." + std::to_string(next / 250) + "." + std::to_string(1 + next % 250);
}

Person register_person(const std::string& from) {
  Person person{.id = {}, .email = fresh_email(), .password = kPassword, .access_token = {}, .refresh_token = {}};
  const Json account = Json::object({{"name", "Ada"}, {"email", person.email}, {"password", person.password}});
  const auto reply = send({.method = "POST", .path = "/v1/auth/register", .body = account.dump(), .from = from});
  if (reply.status != 201) FAIL(("registration failed: " + reply.error + reply.body).c_str());
  person.id = reply.data()["user"]["id"].text();
  person.access_token = reply.data()["tokens"]["access_token"].text();
  person.refresh_token = reply.data()["tokens"]["refresh_token"].text();
  return person;
}

std::vector<Person> make_people(std::size_t count) {
  std::vector<Person> people;
  std::vector<std::string> ids, emails;
  for (std::size_t i = 0; i < count; ++i) {
    ids.push_back(fresh_uuid());
    emails.push_back(fresh_email());
    people.push_back({.id = ids.back(),
                      .email = emails.back(),
                      .password = kPassword,
                      .access_token = sign(claims_of(ids.back())),
                      .refresh_token = {}});
  }
  query(R"(INSERT INTO users
           SELECT (jsonb_populate_record(u, jsonb_build_object('id', x.id, 'email', x.email))).*
           FROM users u, unnest($1::uuid[], $2::text[]) AS x (id, email) WHERE u.id = $3::uuid)",
        array_of(ids), array_of(emails), first_person().id);
  return people;
}

Person make_person() { return make_people(1).front(); }

}  // namespace ticketd::e2e
