#include "graft/kernels/cuda/dnn/plan.h"

#include <algorithm>
#include <array>

#include "graft/core/error.h"

namespace graft::cuda {
namespace {

std::vector<Descriptor> heuristic_configs(cudnnBackendHeurMode_t mode,
                                          const ConvolutionGraph& graph) {
  Descriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph.descriptor().get());
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
  if (!heuristics.try_finalize()) return {};
  const int64_t count =
      heuristics.count(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR);
  std::vector<Descriptor> configs;
  std::vector<cudnnBackendDescriptor_t> handles;
  for (int64_t i = 0; i < count; ++i)
    handles.push_back(configs.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR).get());
  const int64_t found = heuristics.read(CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                        CUDNN_TYPE_BACKEND_DESCRIPTOR, count, handles.data());
  configs.erase(configs.begin() + std::min(found, count), configs.end());
  return configs;
}

std::vector<cudnnBackendNumericalNote_t> numerical_notes(const Descriptor& config) {
  Descriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  cudnnBackendDescriptor_t handle = engine.get();
  config.read(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &handle);
  std::vector<cudnnBackendNumericalNote_t> notes(CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
  const int64_t count = engine.read(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                                    static_cast<int64_t>(notes.size()), notes.data());
  notes.resize(static_cast<size_t>(count));
  return notes;
}

bool permitted(cudnnBackendNumericalNote_t note, const ConvolutionCase& of) {
  switch (note) {
    case CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC:
    case CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION:
      return false;
    case CUDNN_NUMERICAL_NOTE_TENSOR_CORE:  // in f32 their factors are TF32
    case CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS:
      return of.dtype != DType::F32 || of.tf32;
    case CUDNN_NUMERICAL_NOTE_FFT:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13:
      return !of.exact;
    default:
      return true;
  }
}

std::optional<Plan> make_plan(cudnnHandle_t handle, const Descriptor& config, size_t limit) {
  Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle);
  plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config.get());
  if (!plan.try_finalize()) return {};
  Plan made(std::move(plan));
  if (made.workspace_bytes() > limit) return {};
  return made;
}

}  // namespace

std::vector<Plan> find_plans(cudnnHandle_t handle, const ConvolutionCase& of,
                             size_t workspace_limit, int wanted) try {
  const ConvolutionGraph graph(handle, of);
  std::vector<Plan> plans;
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    for (const Descriptor& config : heuristic_configs(mode, graph)) {
      if (static_cast<int>(plans.size()) == wanted) return plans;
      const std::vector<cudnnBackendNumericalNote_t> notes = numerical_notes(config);
      if (!std::all_of(notes.begin(), notes.end(),
                       [&](cudnnBackendNumericalNote_t note) { return permitted(note, of); }))
        continue;
      if (std::optional<Plan> plan = make_plan(handle, config, workspace_limit))
        plans.push_back(std::move(*plan));
    }
  }
  return plans;
} catch (const Error& error) {  // what is wrong with the device itself, the next call raises again
  if (error.kind() != ErrorKind::Device) throw;
  return {};
}

// The pack of pointers is made for each call: once finalized it can be changed no more.
void Plan::execute(cudnnHandle_t handle, std::span<const Operand> operands, void* workspace) const {
  check(operands.size() <= kMostOperands, ErrorKind::Internal, "cudnn: ", operands.size(),
        " operands of a plan");
  std::array<int64_t, kMostOperands> ids;
  std::array<void*, kMostOperands> pointers;
  for (size_t i = 0; i < operands.size(); ++i) {
    ids[i] = operands[i].id;
    pointers[i] = operands[i].data;
  }
  Descriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR,
           static_cast<int64_t>(operands.size()), pointers.data());
  pack.set_all(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
               std::span<const int64_t>(ids).first(operands.size()));
  pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &workspace);
  pack.finalize();
  dnn_check(cudnnBackendExecute(handle, plan_.get(), pack.get()), "cudnnBackendExecute");
}

std::string Plan::to_json() const {
  const int64_t size = plan_.count(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR);
  std::string text(static_cast<size_t>(size), '\0');
  plan_.read(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, size, text.data());
  while (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

std::optional<Plan> restore_plan(cudnnHandle_t handle, const std::string& json) {
  Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle);
  const cudnnStatus_t status =
      cudnnBackendSetAttribute(plan.get(), CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION,
                               CUDNN_TYPE_CHAR, static_cast<int64_t>(json.size()), json.data());
  if (status != CUDNN_STATUS_SUCCESS || !plan.try_finalize()) return {};
  return Plan(std::move(plan));
}

}  // namespace graft::cuda
