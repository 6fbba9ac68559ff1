#include "graft/tools/cli/array_file.h"

#include <filesystem>

#include "graft/core/error.h"
#include "graft/core/io/file_system.h"
#include "graft/core/utf8.h"
#include "graft/tools/cli/paths.h"
#include "graft/transfer/weights/npy.h"

namespace graft::cli {
namespace {

namespace fs = std::filesystem;

void check_is_no_input(const std::string& output, const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs)
    check(!same_file(output, input), ErrorKind::Argument, output,
          " would replace what this command reads; give another name");
}

}  // namespace

std::string rows_file(const std::string& array) {
  return fs::path(array).replace_extension(".rows.tsv").string();
}

void check_array_file(const std::string& array, const std::vector<std::string>& inputs) {
  check(fs::path(array).extension() == ".npy", ErrorKind::Argument, array,
        ": the name of an array must end in .npy");
  check_is_no_input(array, inputs);
  check_is_no_input(rows_file(array), inputs);
  const fs::path folder = fs::path(array).parent_path();
  std::error_code error;
  check(folder.empty() || fs::is_directory(folder, error), ErrorKind::Io, array,
        ": there is no folder ", folder.string());
}

void write_array(const std::string& array, const Tensor& values, const data::Dataset& dataset) {
  std::string rows;
  for (int64_t i = 0; i < dataset.size(); ++i)
    rows += one_line(dataset.id(i)) + '\t' +
            one_line(dataset.class_names()[static_cast<size_t>(dataset.label(i))]) + '\n';
  transfer::write_npy(array, values);
  write_file_atomically(real_file_system(), rows_file(array), rows);
}

}  // namespace graft::cli
