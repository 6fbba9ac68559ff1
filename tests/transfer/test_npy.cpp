#include <doctest/doctest.h>

#include "graft/core/io/file_system.h"
#include "graft/transfer/weights/npy.h"
#include "support/files.h"

namespace graft::transfer {

TEST_CASE("npy: header and bytes are NumPy's") {
  const testing::TempFolder folder;
  const Tensor values = Tensor::from(std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3});
  write_npy(folder.path() / "a.npy", values);
  const std::string text = real_file_system().read_text(folder.path() / "a.npy", 1000);
  CHECK(text.size() == 128 + 24);
  CHECK(text.substr(0, 10) == std::string_view("\x93NUMPY\x01\x00\x76\x00", 10));
  CHECK(
      text.substr(10).starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, ), }"));
  CHECK(text[127] == '\n');
  CHECK(std::memcmp(text.data() + 128, values.raw_data(), 24) == 0);
}

TEST_CASE("npy: scalars, other types, strided tensors") {
  const testing::TempFolder folder;
  write_npy(folder.path() / "s.npy", Tensor::from(std::vector<int64_t>{7}, {}));
  CHECK(real_file_system().read_text(folder.path() / "s.npy", 1000).find("'<i8'") !=
        std::string::npos);
  const Tensor t = Tensor::from(std::vector<double>{1, 2, 3, 4}, {2, 2}).alias({2, 2}, {1, 2}, 0);
  write_npy(folder.path() / "t.npy", t);
  const std::string text = real_file_system().read_text(folder.path() / "t.npy", 1000);
  double second = 0;
  std::memcpy(&second, text.data() + 128 + 8, 8);
  CHECK(second == 3);
  CHECK_THROWS_WITH_AS(write_npy(folder.path() / "b.npy", Tensor::empty({1}, DType::BF16)),
                       "npy: NumPy has no type for bf16", Error);
}

}  // namespace graft::transfer
