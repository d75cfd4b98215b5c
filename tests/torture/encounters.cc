#include "encounters.h"

#include <algorithm>

namespace ticketd::torture {
namespace {

using sim::Model;
using State = Model::Row::State;

// The pool that gets fewer seats by it; null where none does.
const Model::Pool* pool_cut_by(const domain::Command& command, const Model& model) {
  const auto& pools = model.pools();
  if (const auto* update = std::get_if<domain::UpdateEvent>(&command.action))
    return update->changes.total_tickets.value_or(pools.front().capacity) < pools.front().capacity ? &pools.front()
                                                                                                   : nullptr;
  const auto* set = std::get_if<domain::SetPool>(&command.action);
  if (set == nullptr) return nullptr;
  const auto cut = std::find_if(pools.begin(), pools.end(), [&](const auto& pool) {
    const auto seats = set->changes.capacity.value_or(pool.capacity) - set->changes.held_back.value_or(pool.held_back);
    return pool.id == set->pool && seats < pool.capacity - pool.held_back;
  });
  return cut == pools.end() ? nullptr : &*cut;
}

// Of the booking that is named, or else of the user's newest.
bool is_about_held_seats(const domain::Command& command, const Model& model) {
  const auto& rows = model.rows();
  const auto found = std::find_if(rows.rbegin(), rows.rend(), [&](const auto& row) {
    if (const auto booking = command.booking()) return row.id == *booking;
    return row.user == command.user && row.state != State::gone;
  });
  return found != rows.rend() && found->state == State::held;
}

}  // namespace

std::vector<std::string> encounters_of(const domain::Command& command, const Model& model,
                                       const std::set<std::string>& expired) {
  const auto kind = command.kind();
  std::vector<std::string> met;
  if (kind == domain::CommandKind::confirm || kind == domain::CommandKind::cancel) {
    const std::string word = kind == domain::CommandKind::confirm ? "yes" : "no";
    if (is_about_held_seats(command, model)) met.push_back(word + " to held seats");
    if (command.booking() && expired.contains(command.booking()->str())) met.push_back(word + " to expired seats");
  }
  if (const auto* pool = pool_cut_by(command, model)) {
    const bool holds = std::any_of(model.rows().begin(), model.rows().end(),
                                   [&](const auto& row) { return row.pool == pool->id && row.state == State::held; });
    if (holds) met.emplace_back("cut while seats are held");
    if (model.is_saved(*pool)) met.emplace_back("cut while seats are saved");
  }
  return met;
}

}  // namespace ticketd::torture
