// The emulator itself: threads, barriers, warps, shared memory, and what it must refuse.
#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

namespace graft::testing {
namespace {

// What a kernel writes, read back.
template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(size_t count) : host_(count) {
    REQUIRE(cudaMallocAsync(&data_, bytes(), nullptr) == cudaSuccess);
  }
  explicit DeviceArray(std::vector<T> values) : DeviceArray(values.size()) {
    host_ = std::move(values);
    REQUIRE(cudaMemcpyAsync(data_, host_.data(), bytes(), cudaMemcpyHostToDevice, nullptr) ==
            cudaSuccess);
  }
  ~DeviceArray() { cudaFreeAsync(data_, nullptr); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* data() { return static_cast<T*>(data_); }
  const std::vector<T>& read() {
    REQUIRE(cudaMemcpyAsync(host_.data(), data_, bytes(), cudaMemcpyDeviceToHost, nullptr) ==
            cudaSuccess);
    return host_;
  }

 private:
  size_t bytes() const { return host_.size() * sizeof(T); }
  std::vector<T> host_;
  void* data_ = nullptr;
};

template <class... Parameters, class... Arguments>
void launch(dim3 grid, dim3 block, void (*kernel)(Parameters...), Arguments... arguments) {
  cudaLaunchConfig_t config;
  config.gridDim = grid;
  config.blockDim = block;
  const cudaError_t error = cudaLaunchKernelEx(&config, kernel, arguments...);
  REQUIRE(error == cudaSuccess);
}

// The text of what the emulator says of the launch; empty if nothing.
template <class... Given>
std::string fault_of(const Given&... given) {
  try {
    launch(given...);
  } catch (const emulator::Fault& fault) {
    return fault.what();
  }
  return {};
}

__global__ void sum_of_block(const int* x, int* y) {
  __shared__ int part[256];
  const unsigned t = threadIdx.x;
  part[t] = x[blockIdx.x * blockDim.x + t];
  __syncthreads();
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    if (t < half) part[t] += part[t + half];
    __syncthreads();
  }
  if (t == 0) y[blockIdx.x] = part[0];
}

__global__ void transpose(const int* x, int* y, unsigned width) {
  __shared__ int tile[8][8];
  const unsigned column = blockIdx.x * 8 + threadIdx.x, row = blockIdx.y * 8 + threadIdx.y;
  tile[threadIdx.y][threadIdx.x] = x[row * width + column];
  __syncthreads();
  const unsigned to_row = blockIdx.x * 8 + threadIdx.y, to_column = blockIdx.y * 8 + threadIdx.x;
  y[to_row * gridDim.y * 8 + to_column] = tile[threadIdx.x][threadIdx.y];
}

__global__ void shuffles(int* y) {
  const auto lane = static_cast<int>(threadIdx.x % 32);
  const int value = static_cast<int>(threadIdx.x) * 10;
  int* const to = y + threadIdx.x * 4;
  to[0] = __shfl_xor_sync(0xffffffffu, value, 5);
  to[1] = __shfl_down_sync(0xffffffffu, value, 3);
  to[2] = __shfl_sync(0xffffffffu, value, 7);
  to[3] = static_cast<int>(__ballot_sync(0xffffffffu, lane % 3 == 0));
  double total = value;
  for (int step = 16; step > 0; step /= 2) total += __shfl_xor_sync(0xffffffffu, total, step);
  to[0] += total > 1e6 ? 1 : 0;  // eight bytes wide, and many in a row
}

__global__ void returns_before_barrier(int* y) {
  if (threadIdx.x < 5) return;
  __syncthreads();
  y[threadIdx.x] = 1;
}
__global__ void half_a_warp() {
  if (threadIdx.x < 16) __syncwarp();
}
__global__ void two_primitives(int* y) {
  y[threadIdx.x] = threadIdx.x < 16 ? __shfl_sync(0xffffffffu, 1, 0)
                                    : static_cast<int>(__ballot_sync(0xffffffffu, 1));
}
__global__ void partial_mask() { __syncwarp(0xffffu); }

// Without the barrier that it needs: the result depends on who runs first.
__global__ void race(int* y) {
  __shared__ int first;
  if (threadIdx.x == 0) first = 1;
  if (threadIdx.x == 1) first = 2;
  __syncthreads();
  if (threadIdx.x == 0) *y = first;
}

}  // namespace

TEST_CASE("a reduction through shared memory adds every block") {
  std::vector<int> x(4 * 256);
  std::iota(x.begin(), x.end(), 0);
  DeviceArray<int> given(x), sums(4);
  launch(dim3(4), dim3(256), sum_of_block, given.data(), sums.data());
  for (int i = 0; i < 4; ++i)
    CHECK(sums.read()[static_cast<size_t>(i)] == 256 * 256 * i + 255 * 128);
}

TEST_CASE("two-dimensional blocks and grids are numbered as on a GPU") {
  std::vector<int> x(16 * 24);
  std::iota(x.begin(), x.end(), 0);
  DeviceArray<int> given(x), turned(x.size());
  launch(dim3(3, 2), dim3(8, 8), transpose, given.data(), turned.data(), 24u);
  const std::vector<int>& y = turned.read();
  for (size_t row = 0; row < 16; ++row)
    for (size_t column = 0; column < 24; ++column)
      REQUIRE(y[column * 16 + row] == x[row * 24 + column]);
}

TEST_CASE("lanes exchange values within their warp") {
  DeviceArray<int> result(64 * 4);
  launch(dim3(1), dim3(64), shuffles, result.data());
  const std::vector<int>& y = result.read();
  for (int t = 0; t < 64; ++t) {
    const int first = t / 32 * 32, lane = t % 32;
    const int* const of = y.data() + t * 4;
    REQUIRE(of[0] == (first + (lane ^ 5)) * 10);
    REQUIRE(of[1] == (lane + 3 < 32 ? t + 3 : t) * 10);
    REQUIRE(of[2] == (first + 7) * 10);
    REQUIRE(static_cast<unsigned>(of[3]) == 0x49249249u);
  }
}

TEST_CASE("what a GPU would hang on is refused, with the kernel's name") {
  DeviceArray<int> y(256);
  const std::string in = "kernel graft::testing::(anonymous namespace)::";
  CHECK(fault_of(dim3(1), dim3(64), returns_before_barrier, y.data()) ==
        in + "returns_before_barrier(int*), block (0, 0, 0): 5 threads returned, 59 wait at "
             "__syncthreads");
  CHECK(fault_of(dim3(2), dim3(32), half_a_warp)
            .ends_with(": 16 threads returned, 16 lanes of warp 0 wait at __syncwarp"));
  CHECK(fault_of(dim3(1), dim3(16), half_a_warp)
            .ends_with(": 0 threads returned, 16 lanes of warp 0 wait at __syncwarp"));
  CHECK(fault_of(dim3(1), dim3(32), two_primitives, y.data()).find("lanes of a warp at ") !=
        std::string::npos);
  CHECK(fault_of(dim3(1), dim3(32), partial_mask)
            .ends_with(": __syncwarp without the mask of all lanes"));
  // And the next kernel runs as ever.
  DeviceArray<int> sums(1), x(std::vector<int>(256, 1));
  launch(dim3(1), dim3(256), sum_of_block, x.data(), sums.data());
  CHECK(sums.read()[0] == 256);
}

TEST_CASE("every other launch runs its threads backwards, so that a race shows") {
  DeviceArray<int> one(1), two(1);
  launch(dim3(1), dim3(32), race, one.data());
  launch(dim3(1), dim3(32), race, two.data());
  CHECK(one.read()[0] != two.read()[0]);
}

}  // namespace graft::testing
