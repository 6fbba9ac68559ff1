// JPEG through libjpeg's own interface. Its errors arrive by longjmp, which must not cross a C++
// object: the functions that set a jump hold plain data only and report by return value.
#ifdef GRAFT_HAVE_JPEG_PNG
#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <new>
#include <vector>

#include <jerror.h>
#include <jpeglib.h>

#include "graft/core/error.h"
#include "graft/data/decode_parts.h"

namespace graft::data {
namespace {

struct JpegErrors {
  jpeg_error_mgr base;  // first: libjpeg hands back a pointer to it
  std::jmp_buf escape;
  char text[JMSG_LENGTH_MAX];
  ErrorKind kind;
};

struct ScanLimit {
  jpeg_progress_mgr base;
  int scans;
};

[[noreturn]] void escape(j_common_ptr info) {
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  std::longjmp(errors->escape, 1);
}

[[noreturn]] void on_error(j_common_ptr info) {
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  (*info->err->format_message)(info, errors->text);
  const bool memory = info->err->msg_code == JERR_OUT_OF_MEMORY;
  const bool limit = info->err->msg_code == JERR_NO_BACKING_STORE;
  errors->kind = memory ? ErrorKind::OutOfMemory : limit ? ErrorKind::Limit : ErrorKind::Data;
  if (limit) std::strcpy(errors->text, "needs more memory than the limit for its size");
  escape(info);
}

// Warnings are counted, not printed; a picture with warnings alone is accepted, as Pillow does.
void on_message(j_common_ptr info, int level) {
  if (level < 0) ++info->err->num_warnings;
}

void on_progress(j_common_ptr info) {
  if (!info->is_decompressor) return;
  const auto* limit = reinterpret_cast<const ScanLimit*>(info->progress);
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= limit->scans) return;
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  std::snprintf(errors->text, sizeof errors->text, "more than %d scans", limit->scans);
  errors->kind = ErrorKind::Limit;
  escape(info);
}

void do_nothing(j_decompress_ptr) {}

boolean out_of_bytes(j_decompress_ptr info) {
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  std::strcpy(errors->text, "the file is cut short");
  errors->kind = ErrorKind::Data;
  escape(reinterpret_cast<j_common_ptr>(info));
}

void skip_bytes(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if (static_cast<size_t>(count) > info->src->bytes_in_buffer) out_of_bytes(info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= static_cast<size_t>(count);
}

class JpegReader {
 public:
  explicit JpegReader(const EncodedImage& in) : in_(in) {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = on_error;
    errors_.base.emit_message = on_message;
    errors_.text[0] = '\0';
    errors_.kind = ErrorKind::Data;
    source_.next_input_byte = reinterpret_cast<const JOCTET*>(in.bytes.data());
    source_.bytes_in_buffer = in.size();
    source_.init_source = do_nothing;
    source_.fill_input_buffer = out_of_bytes;
    source_.skip_input_data = skip_bytes;
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = do_nothing;
    progress_.base.progress_monitor = on_progress;
    progress_.scans = static_cast<int>(in.limits.scans);
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  PicturePart read(const ChoosePart& choose) {
    if (!read_header()) fail_with_text();
    check_picture_size(in_, info_.image_width, info_.image_height);
    const bool cmyk = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    info_.mem->max_memory_to_use = static_cast<long>(
        in_.limits.decode_bytes(uint64_t{info_.image_width} * info_.image_height, cmyk ? 4 : 3));
    if (!start()) fail_with_text();
    const Size2d whole{info_.output_height, info_.output_width};
    const Box part = choose_part(in_, whole, choose);
    if (!skip_to(part)) fail_with_text();
    const int64_t top = info_.output_scanline, room = whole.width - part.left - part.width;
    Image image =
        Image::unfilled(part.top + part.height - top, part.width + std::min(room, kMoreColumns), 3);
    std::vector<uint8_t> rows(size_t{info_.output_width} * (cmyk ? 4 : 3 * kRowsAtOnce));
    const auto skipped_columns = static_cast<size_t>(part.left - first_column_);
    if (!read_rows(image, rows.data(), skipped_columns, cmyk)) fail_with_text();
    check_end();
    return {whole, top, part.left, std::move(image)};
  }

 private:
  static constexpr int64_t kRowsAtOnce = 4;  // the merged upsampler makes two at once
  static constexpr JDIMENSION kMargin = 16;
  static constexpr int64_t kMoreColumns = 8;  // on the right, so that resize() reads whole vectors

  bool read_header() {
    if (setjmp(errors_.escape)) return false;
    jpeg_create_decompress(&info_);
    info_.src = &source_;
    info_.progress = &progress_.base;
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  bool start() {
    if (setjmp(errors_.escape)) return false;
    jpeg_start_decompress(&info_);  // reads all scans if there are several
    several_scans_ = jpeg_has_multiple_scans(&info_);
    return true;
  }

#if defined(LIBJPEG_TURBO_VERSION_NUMBER) && LIBJPEG_TURBO_VERSION_NUMBER >= 2001000
  // Lets the rows begin at that of the part, and the columns at first_column_ before it.
  bool skip_to(const Box& part) {
    if (setjmp(errors_.escape)) return false;
    if (!can_skip()) return true;
    // What is cut off is the edge of the picture for the upsampling of the chroma, which looks one
    // sample further, and for the smoothing of incomplete scans, which looks several blocks
    // further.
    if (!several_scans_) {
      const auto left = static_cast<JDIMENSION>(part.left);
      const auto right = left + static_cast<JDIMENSION>(part.width + kMoreColumns + kMargin);
      first_column_ = left < kMargin ? 0 : left - kMargin;
      JDIMENSION columns =
          (right < info_.output_width ? right : info_.output_width) - first_column_;
      jpeg_crop_scanline(&info_, &first_column_, &columns);  // moves the first to a whole block
    }
    if (part.top > 0) jpeg_skip_scanlines(&info_, static_cast<JDIMENSION>(part.top));
    return true;
  }

  // In the usual layouts: grey, and chroma of full or half size. A file of any other goes the way
  // that decoders have always gone.
  bool can_skip() const {
    const jpeg_component_info* component = info_.comp_info;
    if (info_.arith_code || (info_.num_components != 1 && info_.num_components != 3)) return false;
    const int most = info_.num_components == 1 ? 1 : 2;
    if (component[0].h_samp_factor > most || component[0].v_samp_factor > most) return false;
    for (int i = 1; i < info_.num_components; ++i)
      if (component[i].h_samp_factor != 1 || component[i].v_samp_factor != 1) return false;
    return true;
  }
#else
  bool skip_to(const Box&) { return true; }
#endif

  bool read_rows(Image& image, uint8_t* decoded, size_t skipped_columns, bool cmyk) {
    if (setjmp(errors_.escape)) return false;
    const size_t stride = size_t{info_.output_width} * 3;
    JSAMPROW rows[kRowsAtOnce];
    for (size_t i = 0; i < kRowsAtOnce; ++i) rows[i] = decoded + (cmyk ? 0 : i * stride);
    const int64_t height = image.height();
    for (int64_t y = 0; y < height;) {
      const auto wanted = static_cast<JDIMENSION>(cmyk ? 1 : std::min(height - y, kRowsAtOnce));
      const JDIMENSION read = jpeg_read_scanlines(&info_, rows, wanted);
      for (JDIMENSION i = 0; i < read; ++i, ++y) {
        if (cmyk)
          convert_cmyk(decoded + skipped_columns * 4, image.row(y), image.width());
        else
          std::memcpy(image.row(y), rows[i] + skipped_columns * 3,
                      static_cast<size_t>(image.row_bytes()));
      }
    }
    return true;
  }

  // What was not read of the only scan must be there, up to the marker that ends it.
  void check_end() const {
    if (several_scans_ || info_.output_scanline == info_.output_height) return;
    if (info_.unread_marker != 0 && !is_restart_marker(info_.unread_marker)) return;
    end_of_scan(in_, in_.size() - source_.bytes_in_buffer);
  }

  // Inverted CMYK, as Adobe writes it and Pillow assumes it, by Pillow's rounding.
  static void convert_cmyk(const uint8_t* in, uint8_t* out, int64_t width) {
    for (int64_t x = 0; x < width; ++x, in += 4, out += 3)
      for (size_t c = 0; c < 3; ++c) {
        const unsigned product = (255u - in[c]) * in[3] + 128u;
        const unsigned ink = ((product >> 8) + product) >> 8;
        out[c] = static_cast<uint8_t>(in[3] > ink ? in[3] - ink : 0);
      }
  }

  [[noreturn]] void fail_with_text() const {
    fail(errors_.kind, "decode: ", in_.name, ": JPEG: ", static_cast<const char*>(errors_.text));
  }

  const EncodedImage& in_;
  jpeg_decompress_struct info_{};
  JpegErrors errors_;
  jpeg_source_mgr source_{};
  ScanLimit progress_{};
  bool several_scans_ = false;
  JDIMENSION first_column_ = 0;  // of the rows that are read
};

}  // namespace

PicturePart decode_with_libjpeg(const EncodedImage& in, const ChoosePart& choose) {
  return JpegReader(in).read(choose);
}

std::string libjpeg_version() {
#ifdef LIBJPEG_TURBO_VERSION_NUMBER
  constexpr int kVersion = LIBJPEG_TURBO_VERSION_NUMBER;
  return "libjpeg-turbo " + std::to_string(kVersion / 1000000) + "." +
         std::to_string(kVersion / 1000 % 1000) + "." + std::to_string(kVersion % 1000);
#else
  return "libjpeg " + std::to_string(JPEG_LIB_VERSION);
#endif
}

}  // namespace graft::data
#endif
