// Stands in for the decoders that this build lacks. Never called: has_decoder() is asked first.
#include "graft/core/error.h"
#include "graft/data/decode_parts.h"

namespace graft::data {
namespace {

[[noreturn, maybe_unused]] void absent(const char* what) {
  fail(ErrorKind::Internal, "decode: ", what, " is not in this build");
}

}  // namespace

#ifndef GRAFT_HAVE_JPEG_PNG
PicturePart decode_with_libjpeg(const EncodedImage&, const ChoosePart&) { absent("libjpeg"); }
Image decode_with_libpng(const EncodedImage&) { absent("libpng"); }
std::string libjpeg_version() { absent("libjpeg"); }
std::string libpng_version() { absent("libpng"); }
#endif
#ifndef GRAFT_HAVE_STB
PicturePart decode_with_stb(const EncodedImage&, const ChoosePart&) { absent("stb_image"); }
std::string stb_version() { absent("stb_image"); }
#endif

}  // namespace graft::data
