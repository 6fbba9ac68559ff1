// graft info: what a weight file holds, and what networks can run on.
#include <iomanip>
#include <iostream>

#include "graft/core/io/file_system.h"
#include "graft/core/utf8.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/device_list.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/weight_path.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::cli {
namespace {

using transfer::Json;

struct Summary {
  std::string file, format;
  transfer::WeightFile weights;
  size_t bytes = 0;  // of all tensors together
};

Summary summarise(const std::string& file) {
  Summary summary{file, "", transfer::read_weights(weight_file(file))};
  summary.format = to_string(transfer::detect_weight_format(*real_file_system().open(file)));
  for (const auto& entry : summary.weights.entries()) summary.bytes += entry.tensor.bytes();
  return summary;
}

Json to_json(const Summary& summary) {
  Json tensors = Json::array();
  for (const auto& [name, tensor] : summary.weights.entries()) {
    Json shape = Json::array();
    for (const int64_t extent : tensor.shape()) shape.push(extent);
    Json entry = Json::object();
    entry.set("name", name).set("dtype", to_string(tensor.dtype())).set("shape", std::move(shape));
    tensors.push(std::move(entry));
  }
  Json metadata = Json::object();
  for (const auto& [key, value] : summary.weights.metadata) metadata.set(key, value);
  Json json = Json::object();
  json.set("schema", 1).set("file", summary.file).set("format", summary.format);
  json.set("values", summary.weights.numel()).set("bytes", summary.bytes);
  Json notes = Json::array();
  for (const std::string& note : summary.weights.notes) notes.push(note);
  json.set("notes", std::move(notes));
  json.set("metadata", std::move(metadata)).set("tensors", std::move(tensors));
  return json;
}

// Names and metadata come out of the file: they reach the terminal only as printable text.
void print_text(const Summary& summary, std::ostream& out) {
  out << "file      " << printable(summary.file) << "\nformat    " << summary.format
      << "\ntensors   " << summary.weights.size() << ", " << summary.weights.numel() << " values, "
      << summary.bytes << " bytes\n";
  for (const auto& [key, value] : summary.weights.metadata)
    out << "metadata  " << printable(key) << " = " << printable(value) << '\n';
  for (const std::string& note : summary.weights.notes) out << "note      " << note << '\n';
  for (const auto& [name, tensor] : summary.weights.entries())
    out << std::left << std::setw(40) << printable(name) << ' ' << std::setw(4)
        << to_string(tensor.dtype()) << ' ' << tensor.shape() << '\n';
}

}  // namespace

int run_info(const InfoOptions& options, const CommonOptions& common) {
  if (options.devices) {
    if (common.json)
      std::cout << transfer::write_json(devices_json()) << '\n';
    else
      std::cout << devices_text();
    return kDone;
  }
  const Summary summary = summarise(options.file);
  if (common.json)
    std::cout << transfer::write_json(to_json(summary)) << '\n';
  else
    print_text(summary, std::cout);
  return kDone;
}

}  // namespace graft::cli
