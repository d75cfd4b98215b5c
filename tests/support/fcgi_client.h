// FastCGI as any program of the host can speak it that may connect to an endpoint's socket.
#pragma once
#include <map>
#include <string>

namespace ticketd::e2e {

using FcgiParams = std::map<std::string, std::string>;

// What the endpoint answers to one request without a body: "Status: 200 OK\r\n…". Empty if it closes the connection.
// Fails the test where nobody listens.
std::string ask_endpoint(const std::string& name, const FcgiParams& params);

}  // namespace ticketd::e2e
