// Options that take one of a few words: one table says what each word stands for, and the parser
// and the help read it. Where the values have a to_string(), that is the table, for run.json too.
#pragma once

#include <CLI/CLI.hpp>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace graft::cli {

template <class T>
struct Choice {
  std::string word;
  T value;
};

template <class T>
using Choices = std::vector<Choice<T>>;

/// The values under the words that to_string() has for them.
template <class T>
Choices<T> by_name(std::initializer_list<T> values) {
  Choices<T> choices;
  for (const T value : values) choices.push_back({to_string(value), value});
  return choices;
}

/// The word for a value; "" where the table has none.
template <class T>
std::string word_for(const Choices<T>& choices, T value) {
  const auto found = std::ranges::find(choices, value, &Choice<T>::value);
  return found == choices.end() ? std::string() : found->word;
}

/// An option that takes a word of `choices`. Its help shows the word for the value as it is.
template <class T>
CLI::Option* add_choice(CLI::App& app, const std::string& name, T& value, const Choices<T>& choices,
                        const std::string& help) {
  std::map<std::string, T> meaning;
  std::vector<std::string> words;
  for (const auto& [word, meant] : choices) {
    meaning.emplace(word, meant);
    words.push_back(word);
  }
  return app
      .add_option_function<std::string>(
          name, [&value, meaning](const std::string& word) { value = meaning.at(word); }, help)
      ->check(CLI::IsMember(words))
      ->default_str(word_for(choices, value));
}

}  // namespace graft::cli
