#include "support/training_files.h"

#include "graft/models/registry.h"
#include "graft/transfer/metadata.h"
#include "graft/transfer/state.h"
#include "graft/transfer/weights/safetensors.h"
#include "support/files.h"
#include "support/formula.h"
#include "support/pictures.h"

namespace graft::testing {
namespace {

std::string big_endian(int64_t value) {
  std::string bytes(4, '\0');
  for (size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(value >> (24 - 8 * i));
  return bytes;
}

}  // namespace

std::filesystem::path write_idx(const std::filesystem::path& folder, int64_t count, int64_t classes,
                                uint64_t first) {
  constexpr int64_t kSide = 28;
  std::string images = std::string("\0\0\x08\x03", 4) + big_endian(count) + big_endian(kSide) +
                       big_endian(kSide),
              labels = std::string("\0\0\x08\x01", 4) + big_endian(count);
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t sample = first + static_cast<uint64_t>(i);
    const auto label = static_cast<int64_t>(sample % static_cast<uint64_t>(classes));
    labels += static_cast<char>(label);
    for (int64_t p = 0; p < kSide * kSide; ++p) {
      const int64_t quarter = 2 * (p / kSide / (kSide / 2)) + p % kSide / (kSide / 2);
      const auto noise =
          testing::formula_bits("idx", sample * 1000 + static_cast<uint64_t>(p)) % 160;
      images += static_cast<char>(noise + (quarter == label % 4 ? 60 : 0));
    }
  }
  const std::filesystem::path path = folder / "images-idx3-ubyte";
  write_text(path, images);
  write_text(folder / "labels-idx1-ubyte", labels);
  return path;
}

void write_picture_folders(const std::filesystem::path& root,
                           const std::vector<std::string>& classes, int64_t per_class,
                           uint64_t first) {
  for (size_t label = 0; label < classes.size(); ++label)
    for (int64_t i = 0; i < per_class; ++i) {
      const uint64_t sample = first + label * 1000 + static_cast<uint64_t>(i);
      data::Image image = noise_image(34, 38, 3, sample * 10000);
      for (size_t p = 0; p < image.bytes(); ++p)
        image.data()[p] =
            static_cast<uint8_t>(image.data()[p] / 2 + (p % 3 == label % 3 ? 127 : 0));
      write_bytes(root / classes[label] / (std::to_string(i) + ".png"), png_bytes(image));
    }
}

std::filesystem::path write_model(const std::filesystem::path& path, const std::string& name,
                                  int64_t classes) {
  const auto network = models::make_model(name, {.classes = classes, .seed = 1});
  transfer::Metadata metadata;
  transfer::write_model(metadata, name);
  transfer::write_safetensors(real_file_system(), path,
                              transfer::to_weight_file(network->named_tensors(), metadata));
  return path;
}

}  // namespace graft::testing
