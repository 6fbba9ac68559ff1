// PNG through libpng. As in decode_jpeg.cpp, the functions that set a jump hold plain data only.
#ifdef GRAFT_HAVE_JPEG_PNG
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include <png.h>

#include "graft/core/error.h"
#include "graft/data/decode_parts.h"

namespace graft::data {
namespace {

class PngReader {
 public:
  explicit PngReader(const EncodedImage& in) : in_(in) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_) info_ = png_create_info_struct(png_);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Image read() {
    check(info_ != nullptr, ErrorKind::OutOfMemory, "decode: ", in_.name, ": no memory");
    if (!read_header()) fail_with_text();
    Image image(height_, width_, 3);
    std::vector<png_bytep> rows(height_);
    for (size_t y = 0; y < rows.size(); ++y) rows[y] = image.row(static_cast<int64_t>(y));
    if (!read_rows(rows.data())) fail_with_text();
    return image;
  }

 private:
  static constexpr png_alloc_size_t kAncillaryBytes = 8 << 20;  // of one text or profile chunk
  static constexpr png_uint_32 kAncillaryChunks = 100;

  bool read_header() {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_user_limits(png_, static_cast<png_uint_32>(in_.limits.side),
                        static_cast<png_uint_32>(in_.limits.side));
    png_set_chunk_malloc_max(png_, kAncillaryBytes);
    png_set_chunk_cache_max(png_, kAncillaryChunks);
    png_set_read_fn(png_, this, copy_bytes);
    png_read_info(png_, info_);
    png_set_expand(png_);
    png_set_strip_16(png_);
    png_set_gray_to_rgb(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    width_ = png_get_image_width(png_, info_);
    height_ = png_get_image_height(png_, info_);
    if (png_get_rowbytes(png_, info_) != size_t{width_} * 3)
      png_error(png_, "unexpected colour type");
    return true;
  }

  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_image(png_, rows);
    return true;
  }

  static void copy_bytes(png_structp png, png_bytep out, size_t count) {
    auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > reader->in_.size() - reader->position_) png_error(png, "the file is cut short");
    std::memcpy(out, reader->in_.bytes.data() + reader->position_, count);
    reader->position_ += count;
  }

  [[noreturn]] static void on_error(png_structp png, png_const_charp text) {
    auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader->text_, sizeof reader->text_, "%s", text);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  [[noreturn]] void fail_with_text() const {
    const bool memory = std::strstr(text_, "ut of memory") != nullptr;
    fail(memory ? ErrorKind::OutOfMemory : ErrorKind::Data, "decode: ", in_.name,
         ": PNG: ", static_cast<const char*>(text_));
  }

  const EncodedImage& in_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  size_t position_ = 0;
  png_uint_32 width_ = 0, height_ = 0;
  char text_[200] = "";
};

}  // namespace

Image decode_with_libpng(const EncodedImage& in) { return PngReader(in).read(); }

std::string libpng_version() { return "libpng " PNG_LIBPNG_VER_STRING; }

}  // namespace graft::data
#endif
