// graft audit: which tensors of two weight files have equal content, by SHA-256.
#include <iostream>

#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/transfer/audit.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/json/utf8.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::cli {
namespace {

using transfer::Json;

Json names(const std::vector<std::string>& paths) {
  Json list = Json::array();
  for (const std::string& path : paths) list.push(path);
  return list;
}

void print_list(const char* what, const std::vector<std::string>& paths) {
  for (const std::string& path : paths)
    std::cout << what << "  " << transfer::printable(path) << '\n';
}

}  // namespace

int run_audit(const AuditOptions& options, const CommonOptions& common) {
  const transfer::AuditReport report = compare(hash_tensors(transfer::read_weights(options.before)),
                                               hash_tensors(transfer::read_weights(options.after)));
  if (common.json) {
    Json json = Json::object();
    json.set("schema", 1).set("equal", names(report.equal)).set("changed", names(report.changed));
    json.set("only_before", names(report.only_before));
    json.set("only_after", names(report.only_after));
    std::cout << transfer::write_json(json) << '\n';
  } else {
    print_list("equal      ", report.equal);
    print_list("changed    ", report.changed);
    print_list("only before", report.only_before);
    print_list("only after ", report.only_after);
    std::cout << report.summary() << '\n';
  }
  return kDone;
}

}  // namespace graft::cli
