// Chapter 1: tensors, a recorded graph, first and second derivatives.
#include <cstdio>

#include "graft/core/ops.h"

int main() {
  using namespace graft;
  Tensor x = Tensor::from<double>({1, 2, 3}, {3}).set_requires_grad(true);

  const Tensor y = sum(x * x * x);  // y = sum of x^3
  backward(y, {}, {.retain_graph = true});
  std::printf("dy/dx   =");
  for (const double d : x.grad().values<double>()) std::printf(" %g", d);  // 3 x^2
  std::printf("\n");

  // The gradient is made of ops too: record its graph and differentiate again.
  const Tensor dy = gradients(y, {x}, {}, {.create_graph = true})[0];
  const Tensor d2y = gradients(sum(dy), {x})[0];
  std::printf("d2y/dx2 =");
  for (const double d : d2y.values<double>()) std::printf(" %g", d);  // 6 x
  std::printf("\n");
}
