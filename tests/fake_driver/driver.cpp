// A libcuda.so.1 that answers what the environment says: FAKE_CUDA_INIT and FAKE_CUDA_COUNT are
// results of the two calls, FAKE_CUDA_DEVICES and FAKE_CUDA_VERSION the answers.
#include <cstdlib>

namespace {

int number(const char* name, int otherwise) {
  const char* const text = std::getenv(name);
  return text ? std::atoi(text) : otherwise;
}

}  // namespace

extern "C" {

int cuInit(unsigned) { return number("FAKE_CUDA_INIT", 0); }

int cuDeviceGetCount(int* count) {
  *count = number("FAKE_CUDA_DEVICES", 2);
  return number("FAKE_CUDA_COUNT", 0);
}

int cuDriverGetVersion(int* version) {
  *version = number("FAKE_CUDA_VERSION", 13000);
  return 0;
}
}
