// GET /: what answers here.
#include "app/serve.h"
#include "app/version.h"

using namespace ticketd;

static Answer root(App&, const Request&) {
  return http::success(200, "ticketd is running", JsonText::object({{"name", "ticketd"}, {"version", kVersion}}));
}

int main() { return serve("root", Limit::reads, root); }
