// Options that take one of a few words: one table says what each word stands for, and the parser,
// the help and run.json read it.
#pragma once

#include <algorithm>
#include <cstddef>

#include "graft/tools/cli/load_network.h"
#include "graft/transfer/training/train_options.h"

namespace graft::cli {

template <class T>
struct Choice {
  const char* word;
  T value;
};

inline constexpr Choice<bool> kSwitch[] = {{"on", true}, {"off", false}};
inline constexpr Choice<Head> kHeads[] = {
    {"new", Head::New}, {"linear", Head::Linear}, {"keep", Head::Keep}};
inline constexpr Choice<transfer::OptimizerKind> kOptimizers[] = {
    {"sgd", transfer::OptimizerKind::Sgd},
    {"adam", transfer::OptimizerKind::Adam},
    {"adamw", transfer::OptimizerKind::AdamW}};
inline constexpr Choice<transfer::ScheduleKind> kSchedules[] = {
    {"constant", transfer::ScheduleKind::Constant},
    {"step", transfer::ScheduleKind::Step},
    {"cosine", transfer::ScheduleKind::Cosine},
    {"onecycle", transfer::ScheduleKind::OneCycle}};

/// The word for a value of the table.
template <class T, size_t kCount>
const char* word_for(const Choice<T> (&choices)[kCount], T value) {
  return std::ranges::find(choices, value, &Choice<T>::value)->word;
}

}  // namespace graft::cli
