#include <unistd.h>

#include <cstdlib>
#include <deque>
#include <iostream>
#include <memory>

#include "ticketctl/arguments.h"
#include "ticketctl/commands.h"
#include "ticketctl/status/screen.h"
#include "ticketctl/status/view.h"

namespace ticketd::ctl {
namespace {

constexpr std::chrono::seconds kOnce{1};     // between the two looks that a rate needs
constexpr std::chrono::seconds kEvery{2};    // --watch
constexpr std::chrono::seconds kWindow{10};  // --watch: over which rates and times are taken

bool colours_wanted() { return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr; }

void print(const StatusView& view, bool json) {
  if (json) {
    std::cout << view.json().str() << std::endl;
    return;
  }
  for (const auto& line : view.lines(colours_wanted())) std::cout << line << '\n';
  std::cout.flush();
}

// 1 if something that is shown could not be had.
int exit_status(const StatusSample& sample) {
  return sample.metrics.value && sample.database.value && sample.queue.value && sample.cache.value ? 0 : 1;
}

int watch(Sampler& sampler, bool json) {
  const Signals signals;
  const bool terminal = !json && ::isatty(STDOUT_FILENO) == 1 && ::isatty(STDIN_FILENO) == 1;
  std::deque<StatusSample> window{sampler.look()};
  const auto screen = terminal ? std::make_unique<Screen>() : nullptr;
  for (;;) {
    const StatusView view{window.back(), window.front()};
    if (screen) {
      screen->draw(view.lines(colours_wanted(), screen->rows()));
    } else {
      print(view, json);
    }
    switch (signals.wait(kEvery, terminal)) {
      case Signals::Woken::ended: return 0;
      case Signals::Woken::resized: continue;
      case Signals::Woken::time: break;
    }
    if (!terminal && !json) std::cout << std::endl;
    if (!std::cout) return 0;  // whoever read it is gone
    window.push_back(sampler.look());
    while (window.size() > 2 && window.back().at - window[1].at >= kWindow) window.pop_front();
  }
}

}  // namespace

int status(const Config& config, const Options& options) {
  Arguments arguments(options.words);
  const bool wants_watch = arguments.flag("--watch");
  if (arguments.wrong()) return wrong_usage("status takes --watch, or nothing");
  Sampler sampler(config);
  if (wants_watch) return watch(sampler, options.json);
  StatusSample before;
  before.at = std::chrono::steady_clock::now();
  before.metrics = sampler.look_at_metrics();
  ::sleep(kOnce.count());
  const auto now = sampler.look();
  print({now, before}, options.json);
  return exit_status(now);
}

}  // namespace ticketd::ctl
