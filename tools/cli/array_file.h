// Arrays that a command writes, each with a list beside it that says which sample a row is of.
#pragma once

#include <string>
#include <vector>

#include "graft/core/tensor.h"
#include "graft/data/dataset.h"

namespace graft::cli {

/// The list beside an array: "a/f.rows.tsv" for "a/f.npy".
std::string rows_file(const std::string& array);

/// To be asked before the work: can `array` and its list be written without losing anything else?
/// Error(Argument) unless the name ends in .npy, or if it is one of `inputs`, perhaps through a
/// link; Error(Io) if its folder is absent.
void check_array_file(const std::string& array, const std::vector<std::string>& inputs);

/// Writes `values`, a row a sample of `dataset`, as .npy, and the list: line i is the name of row
/// i's sample, a tab, and its class.
void write_array(const std::string& array, const Tensor& values, const data::Dataset& dataset);

}  // namespace graft::cli
