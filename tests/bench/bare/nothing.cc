// Does nothing at all.
#include "bare.h"

int main() {
  serve([] { return 0; }, [](int, const FCGX_Request&) {});
}
