// GET /livez: nginx and this process answer; says nothing about the databases.
#include "endpoint/serve.h"

using namespace ticketd;

static Answer livez(App&, const Request&) { return http::success(200, "alive", JsonText::object({{"status", "ok"}})); }

int main() { return serve("livez", RateClass::none, livez); }
