# Asks the host: one write to standard error that begins with 0x01, then one read of the answer (values.py).
module DialPlan
  class HostError < StandardError; end

  module Host
    OUT = STDERR
    IN = STDIN
    LONGEST_ANSWER = 1 << 20
    LONGEST_TEXT = 64 * 1024

    module_function

    def call(name, *arguments)
      OUT.syswrite("\x01".b + [name, *arguments].map { |value| write(value) }.join)
      read(IN.sysread(LONGEST_ANSWER), 0).first
    end

    def write(value, depth = 0)
      case value
      when nil then "n"
      when true then "t"
      when false then "f"
      when Integer then "i#{value};"
      when Float then "d#{value};"
      when Array then "l#{value.size}:".b + value.map { |item| write(item, depth + 1) }.join
      else
        text = value.to_s.b.byteslice(0, LONGEST_TEXT)
        "s#{text.bytesize}:".b + text
      end
    end

    # The value at a place of the text, and the place behind it.
    def read(text, place)
      kind = text.byteslice(place, 1)
      return [{ "n" => nil, "t" => true, "f" => false }[kind], place + 1] if "ntf".include?(kind)

      mark = text.byteindex("id".include?(kind) ? ";" : ":", place)
      number = text.byteslice(place + 1, mark - place - 1)
      case kind
      when "i" then [number.to_i, mark + 1]
      when "d" then [number.to_f, mark + 1]
      when "s" then [text.byteslice(mark + 1, number.to_i).force_encoding(Encoding::UTF_8), mark + 1 + number.to_i]
      else
        place = mark + 1
        items = Array.new(number.to_i) do
          item, place = read(text, place)
          item
        end
        [items, place]
      end
    end
  end

  # Methods in every spelling: IronRuby offered `GetBindings` as `get_bindings` too.
  module AnySpelling
    def self.plain(name) = name.to_s.delete("_").downcase

    def self.included(base)
      base.extend(ClassMethods)
    end

    module ClassMethods
      def spellings
        @spellings ||= public_instance_methods(false).to_h { |name| [AnySpelling.plain(name), name] }
      end
    end

    def method_missing(name, ...)
      known = self.class.spellings[AnySpelling.plain(name)]
      known && known != name ? public_send(known, ...) : super
    end

    def respond_to_missing?(name, include_private = false)
      self.class.spellings.key?(AnySpelling.plain(name)) || super
    end

    def inspect = "#<#{self.class.name.split("::").last}>"
  end
end
