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

// What the decoding of one picture may still allocate in this thread.
thread_local uint64_t budget_left = 0;
thread_local bool budget_exceeded = false;

// Stands before each block: its size, padded to keep the alignment.
struct alignas(std::max_align_t) BlockHeader {
  size_t bytes;
};

void* budget_allocate(size_t bytes) {
  if (bytes > budget_left || budget_left - bytes < sizeof(BlockHeader)) {
    budget_exceeded = true;
    return nullptr;
  }
  try {
    auto* header = static_cast<BlockHeader*>(allocate_picture_memory(sizeof(BlockHeader) + bytes));
    header->bytes = bytes;
    budget_left -= sizeof(BlockHeader) + bytes;
    return std::memset(header + 1, 0, bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void budget_free(void* block) {
  if (!block) return;
  BlockHeader* header = static_cast<BlockHeader*>(block) - 1;
  budget_left += sizeof(BlockHeader) + header->bytes;
  release_picture_memory(header, sizeof(BlockHeader) + header->bytes);
}

void* budget_reallocate(void* block, size_t old_bytes, size_t bytes) {
  void* grown = budget_allocate(bytes);
  if (!grown) return nullptr;
  if (block) std::memcpy(grown, block, std::min(old_bytes, bytes));
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

namespace {

// The pixels of a part, without the fourth channel if there is one.
Image copy_part(const stbi_uc* decoded, int width, int channels, const Box& part) {
  Image image = Image::unfilled(part.height, part.width, 3);
  for (int64_t y = 0; y < part.height; ++y) {
    const stbi_uc* in = decoded + ((part.top + y) * width + part.left) * channels;
    uint8_t* out = image.row(y);
    if (channels == 3) {
      std::copy_n(in, image.row_bytes(), out);
      continue;
    }
    for (int64_t x = 0; x < part.width - 1; ++x, in += 4, out += 3) std::memcpy(out, in, 4);
    std::memcpy(out, in, 3);  // here a fourth byte would be beyond the row
  }
  return image;
}

}  // namespace

PicturePart decode_with_stb(const EncodedImage& in, const ChoosePart& choose) {
  // stb_image converts the colours of a JPEG with vectors only if it may write four channels.
  const int channels = in.byte(0) == 0xff ? 4 : 3;
  const int size = static_cast<int>(in.size());
  const auto* bytes = reinterpret_cast<const stbi_uc*>(in.bytes.data());
  budget_left = in.limits.decode_bytes(0, 4);
  budget_exceeded = false;
  int width = 0, height = 0, stored = 0;
  if (stbi_info_from_memory(bytes, size, &width, &height, &stored) != 0) {
    const auto pixels = static_cast<uint64_t>(width) * static_cast<uint64_t>(height);
    check_picture_size(in, static_cast<uint64_t>(width), static_cast<uint64_t>(height));
    budget_left = in.limits.decode_bytes(pixels, static_cast<uint64_t>(std::max(stored, channels)));
    const std::unique_ptr<stbi_uc, void (*)(stbi_uc*)> decoded(
        stbi_load_from_memory(bytes, size, &width, &height, &stored, channels),
        [](stbi_uc* block) { stbi_image_free(block); });
    if (decoded) {
      const Size2d whole{height, width};
      const Box part = choose_part(in, whole, choose);
      return {whole, part.top, part.left, copy_part(decoded.get(), width, channels, part)};
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
