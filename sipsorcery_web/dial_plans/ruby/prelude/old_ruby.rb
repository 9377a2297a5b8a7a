# What Ruby 1.8 and .NET's strings had, plans used, and Ruby of today has no more.
class String
  def TrimStart(*marks) = marks.empty? ? lstrip : sub(/\A[#{Regexp.escape(marks.join)}]+/, "")
  def TrimEnd(*marks) = marks.empty? ? rstrip : sub(/[#{Regexp.escape(marks.join)}]+\z/, "")
  def Trim(*marks) = marks.empty? ? strip : self.TrimStart(*marks).TrimEnd(*marks)
  def StartsWith(text) = start_with?(text.to_s)
  def EndsWith(text) = end_with?(text.to_s)
  def Contains(text) = include?(text.to_s)
  def IndexOf(text) = index(text.to_s) || -1
  def LastIndexOf(text) = rindex(text.to_s) || -1
  def Substring(start, count = nil) = count ? self[start, count] : self[start..]
  def Replace(old, new) = gsub(old.to_s) { new.to_s }
  def Remove(start, count = nil) = self[0, start] + (count ? self[(start + count)..] : "")
  def Insert(place, text) = dup.insert(place, text.to_s)
  def ToUpper = upcase
  def ToLower = downcase
  def Length = length
  def Split(mark = " ") = split(mark.to_s)
  def PadLeft(width, mark = " ") = rjust(width, mark)
  def PadRight(width, mark = " ") = ljust(width, mark)
  def CompareTo(other) = self <=> other.to_s
  def Equals(other) = self == other.to_s
  def each(separator = $/, &) = each_line(separator, &)
  def to_a = lines
  def to_clr_string = self
  { trim_start: :TrimStart, trim_end: :TrimEnd, trim: :Trim, starts_with: :StartsWith, ends_with: :EndsWith,
    contains: :Contains, index_of: :IndexOf, substring: :Substring, to_upper: :ToUpper, to_lower: :ToLower,
    pad_left: :PadLeft, pad_right: :PadRight }.each { |snake, camel| alias_method snake, camel }
  class << self
    def IsNullOrEmpty(text) = text.nil? || text.to_s.empty?
    def Format(text, *values) = text.gsub(/\{(\d+)\}/) { values[$1.to_i].to_s }
    alias is_null_or_empty IsNullOrEmpty
  end
end

class Object
  def ToString = to_s
  def type = self.class
  def taint = self
  def untaint = self
  def tainted? = false
  def to_clr_string = to_s
end

class Exception
  def to_str = to_s
end

class Numeric
  def to_a = [self]
end

class NilClass
  def ToString = ""
end

class Hash
  def index(value) = key(value)
  def indexes(*keys) = values_at(*keys)
  def indices(*keys) = values_at(*keys)
  def ContainsKey(key) = key?(key)
  def Count = size
end

class Array
  def choice = sample
  def nitems = compact.size
  def indexes(*places) = values_at(*places)
  def Count = size
  def Length = size
  def Contains(item) = include?(item)
end


class File
  class << self
    alias exists? exist?
  end
end

class Dir
  class << self
    alias exists? exist?
  end
end

class Regexp
  def IsMatch(text) = match?(text.to_s)
end

Fixnum = Integer
Bignum = Integer
TRUE = true
FALSE = false
NIL = nil

# .NET's names: the few that mean something here, and a sentence for the others.
module System
  module Threading
    module Thread
      def self.Sleep(milliseconds) = Kernel.sleep(milliseconds.to_f / 1000)
    end
  end

  module Console
    def self.WriteLine(text = "") = sys.Log(text)
    def self.Write(text = "") = sys.Log(text)
  end

  module DateTime
    def self.Now = Time.now
    def self.UtcNow = Time.now.utc
  end

  String = ::String

  def self.const_missing(name)
    raise NameError, "System::#{name} is part of .NET, which plans had and this Ruby has not"
  end
end

module Kernel
  private

  NOTHING_TO_LOAD = "is not loaded: plans have Ruby's core and no libraries"

  def require(name)
    known = name.to_s =~ /\A(mscorlib|System|rubygems|thread|enumerator|rational|complex|fiber|SIPSorcery)/i
    sys.Log("require '#{name}' #{NOTHING_TO_LOAD}.") unless known
    false
  end

  def load(name, *) = require(name)
  def require_relative(name) = require(name)
  def load_assembly(*) = false
end
