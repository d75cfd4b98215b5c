#include "api/personal_export.h"

#include "api/views.h"

namespace ticketd {

JsonText export_json(const storage::Export& all, const std::vector<domain::Command>& pending) {
  auto json = JsonText::object();
  for (const auto& [name, rows] : all.lists) json.set(name.c_str(), rows);
  auto queued = JsonText::array();
  for (const auto& command : pending) queued.push(queued_request_json(command));
  return json.set("queued", queued).set("complete", all.complete);
}

}  // namespace ticketd
