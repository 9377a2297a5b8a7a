# Time in the owner's zone. The host knows the zone's rules; this Ruby knows UTC only.
module DialPlan
  module OwnersZone
    module_function

    def at(seconds) = Host.call("zone_offset", seconds.to_i)

    MONTHS = %w[jan feb mar apr may jun jul aug sep oct nov dec].freeze

    def for_local(year, month = 1, day = 1, hour = 0, minute = 0, second = 0, *)
      number = MONTHS.index(month.to_s.downcase)
      month = number ? number + 1 : (month || 1).to_i
      Host.call("local_offset", year.to_i, month, (day || 1).to_i, hour.to_i, minute.to_i, second.to_i)
    end
  end
end

class Time
  class << self
    alias_method :utc_now, :now
    alias_method :utc_at, :at
    alias_method :plain_new, :new
    private :utc_now, :utc_at, :plain_new

    def now(in: nil)
      zone = binding.local_variable_get(:in)
      zone ? utc_now(in: zone) : utc_now.localtime
    end

    def new(*parts, in: nil, **more)
      zone = binding.local_variable_get(:in)
      return zone ? plain_new(*parts, in: zone, **more) : now if parts.empty?
      return plain_new(*parts, **more) if !zone && (parts.size > 6 || parts.first.is_a?(String))

      plain_new(*parts, in: zone || DialPlan::OwnersZone.for_local(*parts), **more)
    end

    def at(*parts, in: nil)
      zone = binding.local_variable_get(:in)
      zone ? utc_at(*parts, in: zone) : utc_at(*parts).localtime
    end

    def local(year, *parts)
      parts = parts.first(5)
      plain_new(year, *parts, in: DialPlan::OwnersZone.for_local(year, *parts))
    end
    alias mktime local
  end

  alias_method :shift_zone, :localtime
  private :shift_zone

  def localtime(zone = nil) = shift_zone(zone || DialPlan::OwnersZone.at(to_i))
  def getlocal(zone = nil) = dup.localtime(zone)

  # Names that .NET's DateTime had and plans used.
  def Hour = hour
  def Minute = min
  def Second = sec
  def Day = day
  def Month = month
  def Year = year
  def DayOfWeek = strftime("%A")
end

module Process
  class << self
    # The recorded clock, so that a script that is run again sees what it saw.
    def clock_gettime(_clock = 0, unit = :float_second)
      now = Time.now.to_r
      case unit
      when :nanosecond then (now * 1_000_000_000).to_i
      when :microsecond then (now * 1_000_000).to_i
      when :millisecond then (now * 1000).to_i
      when :second then now.to_i
      when :float_millisecond then (now * 1000).to_f
      when :float_microsecond then (now * 1_000_000).to_f
      else now.to_f
      end
    end
  end
end
