// graft audit: which tensors of two weight files have equal content, by SHA-256.
#include <algorithm>
#include <iostream>
#include <set>

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

// The tensors of the network in a file that the pattern freezes.
std::vector<std::string> frozen_tensors(const std::string& pattern, const std::string& model,
                                        const std::string& file) {
  const LoadedNetwork loaded = load_network({"", model, file});
  const transfer::FreezeReport report = transfer::freeze(*loaded.network, pattern);
  std::vector<std::string> paths = report.tensors;
  for (const NamedTensor& tensor : loaded.network->named_tensors())
    if (std::any_of(report.modules.begin(), report.modules.end(),
                    [&](const std::string& module) { return selects(module, tensor.path); }))
      paths.push_back(tensor.path);
  return paths;
}

// What --exit-code complains about. A frozen tensor that the files do not hold under the network's
// name is not proven equal; but files older than batch norm's counters lack those.
std::vector<std::string> not_as_before(const transfer::AuditReport& report,
                                       const AuditOptions& options) {
  std::vector<std::string> paths;
  if (!options.frozen.empty()) {
    paths = frozen_tensors(options.frozen, options.model, options.after);
    const std::set<std::string> equal(report.equal.begin(), report.equal.end());
    std::set<std::string> differing(report.changed.begin(), report.changed.end());
    differing.insert(report.only_before.begin(), report.only_before.end());
    std::erase_if(paths, [&](const std::string& path) {
      const bool lacking = path.ends_with("num_batches_tracked") && !differing.contains(path);
      return equal.contains(path) || lacking;
    });
    return paths;
  }
  for (const auto* part : {&report.changed, &report.only_before, &report.only_after})
    paths.insert(paths.end(), part->begin(), part->end());
  return paths;
}

}  // namespace

int run_audit(const AuditOptions& options, const CommonOptions& common) {
  const transfer::AuditReport report = compare(hash_tensors(transfer::read_weights(options.before)),
                                               hash_tensors(transfer::read_weights(options.after)));
  std::vector<std::string> complaints;
  if (options.exit_code) complaints = not_as_before(report, options);
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
            << " not equal in both files: " << transfer::one_line(complaints.front())
            << (complaints.size() > 1 ? ", ...\n" : "\n");
  return kChanged;
}

}  // namespace graft::cli
