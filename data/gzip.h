// Reading of gzip files. Internal to data/.
#pragma once

#include <string>
#include <string_view>

namespace graft::data {

bool is_gzip(std::string_view bytes);
/// Whether this build has zlib.
bool has_gzip();

/// The first `wanted` bytes of the content, or all of them if there are fewer; the caller bounds
/// `wanted`. Error(Data) naming `name` for a damaged or truncated stream; Error(Argument) in a
/// build without zlib.
std::string gunzip_start(std::string_view bytes, size_t wanted, std::string_view name);

/// The content, which must be of exactly `size` bytes with the right checksum. Deflate shrinks at
/// most 1032 times; a larger claim is Error(Data) before anything is allocated. The caller bounds
/// `size`; Error(OutOfMemory) if there is no memory for it.
std::string gunzip_exactly(std::string_view bytes, size_t size, std::string_view name);

}  // namespace graft::data
