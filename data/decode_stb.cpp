// The stand-in where libjpeg and libpng are absent. stb_image allocates whatever a file asks for
// and reads tables that the file never defined, so its memory comes zeroed and from a budget.
#ifdef GRAFT_HAVE_STB
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "graft/core/error.h"
#include "graft/data/decode_parts.h"

namespace graft::data {
namespace {

/// What the decoding of one picture may still allocate in this thread.
thread_local uint64_t budget_left = 0;
thread_local bool budget_exceeded = false;

/// Stands before each block: its size, padded to keep the alignment.
struct alignas(std::max_align_t) BlockHeader {
  size_t bytes;
};

void* budget_allocate(size_t bytes) {
  if (bytes > budget_left || budget_left - bytes < sizeof(BlockHeader)) {
    budget_exceeded = true;
    return nullptr;
  }
  auto* header = static_cast<BlockHeader*>(std::calloc(1, sizeof(BlockHeader) + bytes));
  if (header == nullptr) return nullptr;
  header->bytes = bytes;
  budget_left -= sizeof(BlockHeader) + bytes;
  return header + 1;
}

void budget_free(void* block) {
  if (block == nullptr) return;
  BlockHeader* header = static_cast<BlockHeader*>(block) - 1;
  budget_left += sizeof(BlockHeader) + header->bytes;
  std::free(header);
}

void* budget_reallocate(void* block, size_t old_bytes, size_t bytes) {
  void* grown = budget_allocate(bytes);
  if (grown == nullptr) return nullptr;
  if (block != nullptr) std::memcpy(grown, block, std::min(old_bytes, bytes));
  budget_free(block);
  return grown;
}

}  // namespace
}  // namespace graft::data

#define STBI_MALLOC(bytes) graft::data::budget_allocate(bytes)
#define STBI_FREE(block) graft::data::budget_free(block)
#define STBI_REALLOC_SIZED(block, old, bytes) graft::data::budget_reallocate(block, old, bytes)
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_image.h>
#pragma GCC diagnostic pop

namespace graft::data {

Image decode_with_stb(const EncodedImage& in) {
  constexpr int kChannels = 3;
  const int size = static_cast<int>(in.size());
  const auto* bytes = reinterpret_cast<const stbi_uc*>(in.bytes.data());
  budget_left = in.limits.decode_bytes(0, kChannels);
  budget_exceeded = false;
  int width = 0, height = 0, channels = 0;
  if (stbi_info_from_memory(bytes, size, &width, &height, &channels) != 0) {
    const auto pixels = static_cast<uint64_t>(width) * static_cast<uint64_t>(height);
    check_picture_size(in, static_cast<uint64_t>(width), static_cast<uint64_t>(height));
    budget_left = in.limits.decode_bytes(pixels, static_cast<uint64_t>(std::max(channels, 3)));
    const std::unique_ptr<stbi_uc, void (*)(stbi_uc*)> decoded(
        stbi_load_from_memory(bytes, size, &width, &height, &channels, kChannels),
        [](stbi_uc* block) { stbi_image_free(block); });
    if (decoded) {
      Image image(height, width, kChannels);
      std::copy_n(decoded.get(), image.bytes(), image.data());
      return image;
    }
  }
  check(!budget_exceeded, ErrorKind::Limit, "decode: ", in.name,
        ": needs more memory than the limit for its size");
  fail(ErrorKind::Data, "decode: ", in.name,
       ": damaged picture (stb_image: ", stbi_failure_reason(), ")");
}

std::string stb_version() {
  const std::string version = GRAFT_STB_VERSION;
  const int minor = std::atoi(version.substr(version.find('.') + 1).c_str());
  return "stb " + version + (minor < 28 ? " (unsafe for untrusted input)" : "");
}

}  // namespace graft::data
#endif
