#include "graft/tools/demo/shapes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace graft::demo {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;

float length(Point p) { return std::hypot(p.x, p.y); }
float circle(Point p, float radius) { return length(p) - radius; }

float box(Point p, float half_width, float half_height) {
  const float dx = std::abs(p.x) - half_width, dy = std::abs(p.y) - half_height;
  return length({std::max(dx, 0.0f), std::max(dy, 0.0f)}) + std::min(std::max(dx, dy), 0.0f);
}

// Regular polygon: the distance to its nearest edge line.
float polygon(Point p, int corners, float radius) {
  const float sector = 2 * kPi / static_cast<float>(corners);
  const float angle = std::atan2(p.x, p.y);
  const float folded = angle - sector * std::round(angle / sector);
  return length(p) * std::cos(folded) - radius * std::cos(sector / 2);
}

// A star whose outline swings between two radii.
float star(Point p, int rays, float inner, float outer) {
  const float sector = kPi / static_cast<float>(rays);
  float angle = std::fmod(std::abs(std::atan2(p.x, p.y)), 2 * sector);
  if (angle > sector) angle = 2 * sector - angle;
  const Point q{length(p) * std::sin(angle), length(p) * std::cos(angle)};
  const Point tip{0, outer}, notch{inner * std::sin(sector), inner * std::cos(sector)};
  const Point edge{notch.x - tip.x, notch.y - tip.y};
  const float cross = (q.x - tip.x) * edge.y - (q.y - tip.y) * edge.x;
  return -cross / length(edge);
}

Point shifted(Point p, float x, float y) { return {p.x - x, p.y - y}; }
Point turned(Point p, float angle) {
  const float c = std::cos(angle), s = std::sin(angle);
  return {c * p.x + s * p.y, c * p.y - s * p.x};
}

constexpr ShapeClass kSource[] = {
    {"disc", [](Point p) { return circle(p, 0.8f); }},
    {"ring", [](Point p) { return std::abs(circle(p, 0.65f)) - 0.18f; }},
    {"square", [](Point p) { return box(p, 0.7f, 0.7f); }},
    {"frame", [](Point p) { return std::abs(box(p, 0.6f, 0.6f)) - 0.14f; }},
    {"bar", [](Point p) { return box(p, 0.9f, 0.25f); }},
    {"triangle", [](Point p) { return polygon(p, 3, 0.95f); }},
    {"pentagon", [](Point p) { return polygon(p, 5, 0.9f); }},
    {"star", [](Point p) { return star(p, 5, 0.38f, 0.95f); }},
    {"cross", [](Point p) { return std::min(box(p, 0.9f, 0.25f), box(p, 0.25f, 0.9f)); }},
    {"crescent",
     [](Point p) { return std::max(circle(p, 0.85f), -circle(shifted(p, 0.4f, 0), 0.7f)); }},
    {"half disc", [](Point p) { return std::max(circle(p, 0.9f), p.y - 0.1f); }},
    {"two dots",
     [](Point p) {
       return std::min(circle(shifted(p, -0.5f, 0), 0.36f), circle(shifted(p, 0.5f, 0), 0.36f));
     }},
    {"arch", [](Point p) { return std::max(std::abs(circle(p, 0.65f)) - 0.2f, p.y - 0.1f); }},
    {"corner",
     [](Point p) {
       return std::min(box(shifted(p, -0.5f, 0), 0.22f, 0.8f),
                       box(shifted(p, 0.05f, 0.58f), 0.75f, 0.22f));
     }},
};

constexpr ShapeClass kTarget[] = {
    {"hexagon nut", [](Point p) { return std::max(polygon(p, 6, 0.95f), -circle(p, 0.4f)); }},
    {"house",
     [](Point p) {
       return std::min(box(shifted(p, 0, 0.35f), 0.6f, 0.45f),
                       polygon(shifted(p, 0, -0.4f), 3, 0.75f));
     }},
    {"arrow",
     [](Point p) {
       return std::min(box(shifted(p, -0.25f, 0), 0.6f, 0.18f),
                       polygon(turned(shifted(p, 0.5f, 0), kPi / 2), 3, 0.55f));
     }},
    {"bow tie",
     [](Point p) {
       return std::max(std::abs(p.y) - 0.75f * std::abs(p.x) - 0.08f, std::abs(p.x) - 0.85f);
     }},
    {"eye",
     [](Point p) {
       return std::max(
           std::max(circle(shifted(p, 0, 0.55f), 1.0f), circle(shifted(p, 0, -0.55f), 1.0f)),
           -circle(p, 0.25f));
     }},
    {"letter T",
     [](Point p) {
       return std::min(box(shifted(p, 0, -0.6f), 0.8f, 0.22f),
                       box(shifted(p, 0, 0.15f), 0.22f, 0.75f));
     }},
    {"sun", [](Point p) { return star(p, 9, 0.6f, 0.98f); }},
    {"key",
     [](Point p) {
       return std::min(std::abs(circle(shifted(p, -0.5f, 0), 0.3f)) - 0.13f,
                       std::min(box(shifted(p, 0.3f, 0), 0.5f, 0.12f),
                                box(shifted(p, 0.65f, 0.2f), 0.1f, 0.25f)));
     }},
};

}  // namespace

std::span<const ShapeClass> source_shapes() { return kSource; }
std::span<const ShapeClass> target_shapes() { return kTarget; }

}  // namespace graft::demo
