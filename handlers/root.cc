// GET /: what answers here.
#include "endpoint/serve.h"
#include "endpoint/version.h"

using namespace ticketd;

static Answer root(App&, const Request&) {
  return http::success(200, "ticketd is running", JsonText::object({{"name", "ticketd"}, {"version", kVersion}}));
}

int main() { return serve("root", RateClass::reads, root); }
