// Opens what a path holds, whichever of the known forms it is.
#pragma once

#include <filesystem>
#include <string>

#include "graft/core/limits.h"
#include "graft/data/dataset.h"
#include "graft/data/decode.h"

namespace graft::data {

struct DataSource {
  DatasetPtr train;
  DatasetPtr val;    ///< null where the source has no validation part of its own
  std::string note;  ///< names the classes of which `val` has no samples; "" if there are none
};

/// A folder of class folders; a folder with train/ and val/, where val/ has the classes of train/
/// or some of them; a CIFAR-10 .bin; an IDX image file, plain or .gz, with its labels beside it.
/// The bytes of a file decide, not its name. Error(Io) if there is nothing; Error(Data) saying what
/// was expected.
DataSource open_dataset(const std::filesystem::path& path, const Limits& limits = {},
                        Decoder decoder = Decoder::Best);

}  // namespace graft::data
