// What Graft accepts from a file, in one place. Nothing is allocated from a number in a file before
// that number has been held against these limits and against the bytes that are left.
#pragma once

#include <cstdint>

namespace graft {

/// The defaults are meant for untrusted files of any normal use; raise one where a trusted file
/// needs it. Exceeding one is Error(Limit) naming the limit, its value and what was found; a file
/// whose numbers contradict its size is Error(Data). A value type: readers take a const reference.
struct Limits {
  struct Safetensors {
    uint64_t header_bytes = 100'000'000;  ///< and at most file size - 8
    uint64_t tensors = 1'000'000;         ///< in one file
    uint64_t rank = 8;
  } safetensors;

  struct Json {
    uint64_t bytes = 100'000'000;
    uint64_t depth = 64;
    uint64_t header_depth = 3;  ///< of a safetensors header
    uint64_t string_bytes = 1 << 20;
  } json;

  struct Zip {
    uint64_t entries = 100'000;
  } zip;

  struct Pickle {
    uint64_t bytes = 64 << 20;  ///< of one data.pkl, or one pickle of the older stream
    uint64_t opcodes = 10'000'000;
    uint64_t stack = 10'000;  ///< objects on the stack, and marks
    uint64_t memo = 1'000'000;
  } pickle;

  struct Image {
    uint64_t file_bytes = 64 << 20;
    uint64_t side = 16'384;           ///< width and height, each
    uint64_t pixels = 64'000'000;     ///< width x height
    uint64_t scans = 100;             ///< of a progressive JPEG
    uint64_t spare_bytes = 64 << 20;  ///< decode memory beyond 4 bytes a pixel and channel

    /// Memory that decoding a picture of this size may take.
    uint64_t decode_bytes(uint64_t picture_pixels, uint64_t channels) const {
      return 4 * picture_pixels * channels + spare_bytes;
    }
  } image;

  struct Dataset {
    /// Of a data set that is held in memory: one IDX file unpacked, or all CIFAR-10 files.
    uint64_t bytes = uint64_t{4} << 30;
  } dataset;

  struct Walk {
    uint64_t depth = 32;  ///< folders below the root of a data set
    uint64_t files = 100'000'000;
  } walk;
};

}  // namespace graft
