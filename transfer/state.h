// Between a model's tensors and a weight file: loading with a report, and saving.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graft/core/named_tensor.h"
#include "graft/transfer/weights/weight_file.h"

namespace graft::transfer {

/// Batch norm's `num_batches_tracked`, which files older than PyTorch 0.4.1 lack and nothing is
/// computed from.
bool is_batch_counter(std::string_view path);

struct LoadOptions {
  /// Everything must fit: nothing missing, unexpected or of another shape, but for `skip`.
  bool strict = true;
  /// Paths or globs ("fc", "layer4", "*.bias", see core/glob.h) of tensors to leave as they are.
  std::vector<std::string> skip;
};

struct LoadReport {
  struct Mismatch {
    std::string path;
    Shape file, model;  ///< both in the file's layout
    DType file_dtype = DType::F32, model_dtype = DType::F32;
  };

  std::vector<std::string> loaded, missing, unexpected, skipped;  ///< skipped by request
  std::vector<Mismatch> mismatched;
  std::vector<std::string>
      notes;  ///< the file's, and what was done on the way, e.g. a prefix that was stripped

  /// Nothing missing, unexpected or mismatched.
  bool complete() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }
  /// One line: "120 loaded, 2 skipped; prefix \"module.\" stripped".
  std::string summary() const;
};

/// Copies the file's tensors into those of the model that bear their names. Floating types convert
/// into each other. A prefix that all names share because of a wrapper ("module.", "_orig_mod.",
/// "model.", "net.") is stripped with a note. `num_batches_tracked` may be missing or superfluous.
///
/// Strict (the default): if anything does not fit, the model is left untouched and Error(Data)
/// holds a short table, the likely cause and the remedy. Not strict: what fits is loaded.
LoadReport load_state(const std::vector<NamedTensor>& model, const WeightFile& file,
                      const LoadOptions& options = {});

/// Copies of the model's tensors, in the layout of files, in their order.
WeightFile to_weight_file(const std::vector<NamedTensor>& model, Metadata metadata = {});

}  // namespace graft::transfer
