// graft audit: which tensors of two weight files have equal content, by SHA-256.
#include <algorithm>
#include <iostream>

#include "graft/core/glob.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/load_network.h"
#include "graft/transfer/audit.h"
#include "graft/transfer/freeze.h"
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
    std::cout << what << "  " << transfer::one_line(path) << '\n';
}

// Whether the pattern selects a tensor of the network in a file.
class Frozen {
 public:
  Frozen(const std::string& pattern, const std::string& model, const std::string& file)
      : report_(transfer::freeze(*load_network({"", model, file}).network, pattern)) {}

  bool contains(const std::string& path) const {
    return std::any_of(report_.modules.begin(), report_.modules.end(),
                       [&](const std::string& module) { return selects(module, path); }) ||
           std::find(report_.tensors.begin(), report_.tensors.end(), path) != report_.tensors.end();
  }

 private:
  transfer::FreezeReport report_;
};

// The tensors that --exit-code complains about.
std::vector<std::string> broken(const transfer::AuditReport& report, const AuditOptions& options) {
  std::vector<std::string> paths = report.changed;
  paths.insert(paths.end(), report.only_before.begin(), report.only_before.end());
  paths.insert(paths.end(), report.only_after.begin(), report.only_after.end());
  if (options.frozen.empty()) return paths;
  const Frozen frozen(options.frozen, options.model, options.after);
  std::erase_if(paths, [&](const std::string& path) { return !frozen.contains(path); });
  return paths;
}

}  // namespace

int run_audit(const AuditOptions& options, const CommonOptions& common) {
  const transfer::AuditReport report = compare(hash_tensors(transfer::read_weights(options.before)),
                                               hash_tensors(transfer::read_weights(options.after)));
  std::vector<std::string> complaints;
  if (options.exit_code) complaints = broken(report, options);
  if (common.json) {
    Json json = Json::object();
    json.set("schema", 1).set("equal", names(report.equal)).set("changed", names(report.changed));
    json.set("only_before", names(report.only_before));
    json.set("only_after", names(report.only_after));
    if (options.exit_code) json.set("should_be_equal", names(complaints));
    std::cout << transfer::write_json(json) << '\n';
  } else {
    print_list("equal      ", report.equal);
    print_list("changed    ", report.changed);
    print_list("only before", report.only_before);
    print_list("only after ", report.only_after);
    std::cout << report.summary() << '\n';
  }
  if (complaints.empty()) return kDone;
  std::cerr << "graft: audit: " << complaints.size()
            << (complaints.size() == 1 ? " tensor is" : " tensors are")
            << " not as before: " << transfer::one_line(complaints.front())
            << (complaints.size() > 1 ? ", ...\n" : "\n");
  return kChanged;
}

}  // namespace graft::cli
