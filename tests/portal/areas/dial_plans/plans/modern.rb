route = case { user: req.URI.User, inbound: sys.In }
        in { user: /\A\d{3}\z/ => user, inbound: true } then "#{user}@local"
        in { user: String => user, inbound: false } if user.size > 5
          "#{user}@blueline"
        in { user: }
          "#{user}@other"
        end
opts = { ring: 20, tries: 2 }
ring, tries = opts.values_at(:ring, :tries)
message = <<~TEXT.lines.map(&:strip).join(" ")
  Dialling #{route}
  for #{ring} s, “#{tries}” times…
TEXT
sys.log message
tries.times { sys.dial route, ring }
sys.respond(480, sys.last_failure_reason&.to_s || "No answer")
limits = {
  day: 1_000,
  "night": 0x1f,
  ratio: 1.5e3, range: (1..), char: ?a,
  sym: %i[a b], op: :<=>, div: [:/, :%, :[], :+].size,
  "key#{ring}" => /[a-z&&[^aeiou]]+(?<rest>\d*)(?#a comment [ ( )/x,
}
ring = limits
  .map { |k, v| [k, v] }
  # the longest
  .max_by { |k, _v| k.to_s.size }
pattern = /
  ^(?:\+|00)   # a prefix (
  [1-9#]       # [ digit or hash
  \d{3,}$
/x
sys.log("ok") if pattern.match?("+353")
def short = sys.log("one line")
def /(other) = other
