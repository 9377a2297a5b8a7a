callers = sys.DBRead("callers").to_s.split(/[;,]\s*/).map(&:strip).reject { |x| x.empty? }
rules = [
  ->(u) { u.start_with? "+353" },
  lambda { |u| u.size < 4 },
  proc do |u|
    u == "100" ||
      u == "200"
  end,
  (1..3),
  if callers.empty? then nil else callers.first end
].compact
table = { "a" => lambda { |x|
            y = x + 1
            y * 2
          }, "b" => [1, 2,
                     3], c: begin
  Integer("7")
rescue ArgumentError => bad
  sys.Log bad.message
  0
end, "d": rules.any? { |rule| rule === "5" } ? 1 : 2, **{} }
text = <<-EOT + "tail"
  if while [ ( { " ' “ ”
  EOT
name = req.Header.From.FromName.to_s
who = name.empty? ? "nobody" : name[0, 10]
x = who.length / 2
y = x / 3 / 1
ratio = [x,
         y].max / [1, 2].min
while x > 0 do x -= 1 end
until x == 3 do
  x += 1
end
for i in 1..3 do sys.Log i.to_s end
puts [who, x].inspect if x == 3 and not name.nil?
sys.Log(case x when 1 then "one" when 2, 3 then "few" else "many" end)
print "a" "b" 'c'
z = x == 3 ? 'q' : "r"
sys.SetFromHeader(nil, "14400142", nil)
sys.Dial(
  "one@local" \
  "&two@local",
  20
)
loop { break if (x += 1) > 5 }
result = callers.each_with_index.map { |c, i|
  "#{i}:#{c}"
}.select do |c| c.size > 2 end
sys.Log result.join(", ")
h = Hash.new { |hash, key|
  hash[key] = []
}
h[:a] << 1 << 2
if [1, 2]
   .include?(x) && {a: 1}[:a] == 1
  sys.Log "yes"
end
unless x.zero? or y == 2 then sys.Log("n") end
return unless defined?(x) && x
a, b = *[1, 2]
b = !a if a =~ /x/
m = %w[a b].zip([1, 2]).to_h
sys.Log "#{m.map { |k, v| "#{k}=#{v}" }.join("&")}"
alias old_puts puts
def self.try(x) x end
class Foo; attr_reader :bar; def initialize(b) @bar = b end; end
BEGIN { $started = true }
at_exit { sys.Log "bye" }
